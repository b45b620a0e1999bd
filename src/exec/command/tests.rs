//! What a supervisor is asked in a process of its own is tested with the real program, in tests/suite/commands.rs; here is
//! what needs no process.

use super::End;

#[test]
fn ends_have_words() {
    for (end, words) in [
        (End::Exited(3), "exit status 3"),
        (End::Signalled(11), "killed by SIGSEGV"),
        (End::Signalled(63), "killed by signal 63"),
        (End::NotFound, "not found"),
        (End::TimedOut, "timed out"),
    ] {
        assert_eq!(end.to_string(), words);
    }
}
