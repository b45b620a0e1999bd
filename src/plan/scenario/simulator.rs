//! The table `[simulator]`: what the simulator takes everything to cost, key by key. A scenario may hold one, and so may a
//! file of its own, which holds nothing else.

use toml::de::{DeTable, DeValue};

use super::fault::Faults;
use super::read::{Reader, Table, Value, parse, shown};
use crate::plan::Parameters;
use crate::plan::simulator::Parameter;

/// Reads a file that holds such a table alone.
pub(super) fn read(source_name: &str, text: &str) -> Result<Parameters, Faults> {
    let mut parameters = Parameters::default();
    parse(source_name, text, |reader, root: &DeTable<'_>| {
        let top = Table { entries: root, at: 0, name: "a simulator's file" };
        reader.keys(top, &["simulator"]);
        match top.get("simulator") {
            Some(value) => reader.simulator(value, &mut parameters),
            None => reader.lack("there is no table [simulator]"),
        }
    })?;
    Ok(parameters)
}

impl Reader<'_> {
    /// Reads the table into `parameters`; what it leaves out stays as it is.
    pub(super) fn simulator(&mut self, value: Value<'_>, parameters: &mut Parameters) {
        let Some(table) = self.table(value, "[simulator]") else { return };
        self.keys(table, &Parameters::NAMES);
        for name in Parameters::NAMES {
            let Some(value) = table.get(name) else { continue };
            match parameters.by_name(name) {
                Some(Parameter::Time(time, _)) => self.time_into(value, time),
                Some(Parameter::Picoseconds(ps, _)) => self.number_into(Some(value), u64::MAX, ps),
                Some(Parameter::Permille(part)) => self.number_into(Some(value), u32::MAX.into(), part),
                None => {}
            }
        }
        for (name, value, range) in parameters.out_of_range() {
            self.fault(table.place(name), format!("{name} = {value} is out of range; use {range}"));
        }
    }

    fn time_into(&mut self, value: Value<'_>, time: &mut crate::units::Nanos) {
        let DeValue::String(text) = value.tree else {
            let wanted = "and a time in quotes is wanted, as \"60us\"";
            self.fault(value.at, format!("{} is {}, {wanted}", value.key, shown(value.tree)));
            return;
        };
        match text.parse() {
            Ok(read) => *time = read,
            Err(error) => self.fault(value.at, format!("{} {text:?} {error}", value.key)),
        }
    }
}
