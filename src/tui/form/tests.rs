use super::*;

fn form() -> (Form, Machine) {
    let machine = Machine::example(2);
    (Form::new(Plan::first(&machine)), machine)
}

fn type_value(form: &mut Form, item: Item, text: &str, machine: &Machine) -> Option<String> {
    form.at = item;
    form.begin(None);
    form.edit = Some(Edit::default());
    text.chars().for_each(|c| form.type_in(c));
    form.take(machine);
    form.edit.as_ref().and_then(|edit| edit.problem.clone())
}

#[test]
fn what_is_typed_enters_the_plan_if_it_can_be_read() {
    let (mut form, machine) = form();
    for (item, text, shown) in [
        (Item::Size, "5000000", "5 000 000"),
        (Item::Size, "100ms", "100 ms"),
        (Item::Tasks, "1 000", "1 000"),
        (Item::Workers, "+2", "+2 (4)"),
        (Item::Workers, "2x4", "2x4 (8)"),
        (Item::Workers, "4", "4"),
        (Item::Chunk, "auto", "auto (63)"),
        (Item::Chunk, "8", "8"),
        (Item::Timeout, "1500ms", "1.50 s"),
        (Item::Timeout, "none", "none"),
        (Item::Retries, "3", "3"),
    ] {
        assert_eq!(type_value(&mut form, item, text, &machine), None, "{item:?} {text}");
        assert_eq!(form.value(item, &machine), shown);
    }
}

#[test]
fn what_is_wrong_is_said_and_edited_on() {
    let (mut form, machine) = form();
    let before = form.plan.clone();
    for (item, text, words) in [
        (Item::Size, "5 parsecs", "needs a unit of time"),
        (Item::Size, "0", "is zero"),
        (Item::Tasks, "many", "is not a number"),
        (Item::Tasks, "0", "there is nothing to do; use 1 to 100 000 000"),
        (Item::Workers, "0", "nobody would do the work"),
        (Item::Workers, "5000", "use 1 to 4 096"),
        (Item::Chunk, "0", "write auto"),
        (Item::Timeout, "1", "needs a unit"),
        (Item::Retries, "101", "use 0 to 100"),
    ] {
        let said = type_value(&mut form, item, text, &machine).unwrap_or_default();
        assert!(said.contains(words), "{item:?} {text}: {said}");
        assert_eq!(form.plan, before);
    }
    form.type_in('5');
    assert_eq!(form.edit.as_ref().unwrap().problem, None, "typing on takes the reproach away");
}

#[test]
fn another_task_type_brings_its_own_defaults() {
    let (mut form, machine) = form();
    form.at = Item::Task;
    form.nudge(false, &machine);
    assert_eq!(form.value(Item::Size, &machine), "loopback, 4 URLs", "without the one that cannot be had");
    assert_eq!(form.value(Item::Tasks, &machine), "4");
    form.at = Item::Size;
    form.nudge(true, &machine);
    let pages = |form: &Form| [Item::Size, Item::Tasks].map(|item| form.value(item, &Machine::example(2)));
    assert_eq!(pages(&form), ["loopback, 5 URLs", "5"], "with it, and a task that asks for it");
    form.nudge(true, &machine);
    assert_eq!(pages(&form), ["loopback, 4 URLs", "4"]);
    form.at = Item::Task;
    form.nudge(false, &machine);
    assert_eq!(form.value(Item::Size, &machine), "1.00 MiB");
    form.nudge(false, &machine);
    assert_eq!(
        (form.task(), form.value(Item::Size, &machine).as_str()),
        (TaskType::Mixed, "250 ms + 250 ms")
    );
    (0..5).for_each(|_| form.nudge(true, &machine));
    assert_eq!((form.task(), form.value(Item::Size, &machine).as_str()), (TaskType::Primes, "6 numbers"));
}

#[test]
fn steps_stay_within_the_limits() {
    let (mut form, machine) = form();
    for item in Item::ALL {
        form.at = item;
        for up in [false, true] {
            for _ in 0..80 {
                form.nudge(up, &machine);
                assert_eq!(form.plan.check(&machine), Ok(()), "{item:?}");
            }
        }
    }
}

#[test]
fn strategies_are_toggled_and_keep_their_order() {
    let (mut form, machine) = form();
    form.at = Item::Way(Strategy::Serial);
    form.toggle();
    assert_eq!(form.plan.strategies, [Strategy::Threads, Strategy::Processes]);
    form.toggle();
    assert_eq!(form.plan.strategies, Strategy::FIRST);
    form.plan.strategies.clear();
    assert_eq!(form.problem(&machine).unwrap().0, Item::Way(Strategy::Serial));
}

#[test]
fn a_step_leads_from_either_end_to_the_other_and_a_long_one_does_not() {
    let (mut form, _) = form();
    assert_eq!(form.at, Item::Run);
    for (steps, at) in [
        (1, Item::Task),
        (-1, Item::Run),
        (isize::MIN / 2, Item::Task),
        (isize::MIN / 2, Item::Task),
        (isize::MAX / 2, Item::Run),
        (isize::MAX / 2, Item::Run),
    ] {
        form.step(steps);
        assert_eq!(form.at, at, "after {steps}");
    }
}
