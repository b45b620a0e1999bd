use super::*;
use crate::analysis::fixture::{Scene, Script, asleep, serial, threads};
use crate::report::fixture::{eventful, locked};

#[test]
fn the_page_holds_word_for_word() {
    insta::assert_snapshot!("eventful", markdown(&eventful()));
    let sleep = |script| Script { workload: 1, ..asleep(script) };
    let runs = [serial(), threads(), sleep(serial()), sleep(threads())];
    let session = runs.iter().fold(Scene::on(2).with_sleep(), Scene::play).over();
    insta::assert_snapshot!("two_workloads", markdown(&session));
    insta::assert_snapshot!("gil", markdown(&locked()));
    assert_eq!(markdown(&Session::default()), "No run is over.\n");
}

#[test]
fn tables_are_whole() {
    let text = markdown(&eventful());
    let bars: Vec<usize> =
        text.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).collect();
    assert!(bars.len() == 4 && bars.iter().all(|count| *count == bars[0]), "{text}");
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
}

#[test]
fn text_from_outside_is_shown_as_it_is() {
    assert_eq!(escaped("a|b <b> [x](y) `c` *d* _e_"), r"a\|b \<b\> \[x\](y) \`c\` \*d\* \_e\_");
    assert_eq!(escaped("- item"), r"\- item");
    assert_eq!(escaped("12. item"), r"12\. item");
    assert_eq!(escaped("12.5 s - 3"), "12.5 s - 3");
    assert_eq!(escaped("-3"), "-3");
    let mut session = eventful();
    session.notices.push("| <script>\n# heading".to_owned());
    let text = markdown(&session);
    assert!(text.contains(r"- \| \<script\> \# heading"), "{text}");
}
