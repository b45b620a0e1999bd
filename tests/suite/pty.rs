//! A real terminal for the real binary: a pseudo-terminal with a screen that can be read, and keys that can be pressed.
//! Tests wait for what they want to see, never for a time.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

use crate::family::Family;

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Terminal {
    parser: Arc<Mutex<vt100::Parser>>,
    master: Box<dyn MasterPty + Send>,
    /// Kept open, or the reader would see the end when the program closes its own.
    #[expect(dead_code, reason = "held, not used")]
    slave: Box<dyn SlavePty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    modes: Option<String>,
    pub(crate) family: Family,
    /// Everything that was written to the terminal.
    written: Arc<Mutex<Vec<u8>>>,
    /// Held by whoever does not want the terminal to read.
    reading: Arc<Mutex<()>>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn at_least_one(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

impl Terminal {
    /// Starts poolscope with arguments.
    pub(crate) fn poolscope(columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::with_environment(columns, rows, args, &[])
    }

    pub(crate) fn with_environment(columns: u16, rows: u16, args: &[&str], vars: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_poolscope"));
        command.args(args);
        Self::start(columns, rows, command, vars)
    }

    /// Starts poolscope in a folder.
    pub(crate) fn in_folder(columns: u16, rows: u16, args: &[&str], folder: &std::path::Path) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_poolscope"));
        command.args(args);
        command.cwd(folder);
        Self::start(columns, rows, command, &[])
    }

    /// Starts a shell with job control, which knows the program as `$POOLSCOPE`.
    pub(crate) fn shell(columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new("bash");
        command.args(["--norc", "--noprofile", "-i"]);
        Self::start(
            columns,
            rows,
            command,
            &[("POOLSCOPE", env!("CARGO_BIN_EXE_poolscope")), ("PS1", "prompt> ")],
        )
    }

    fn start(columns: u16, rows: u16, mut command: CommandBuilder, vars: &[(&str, &str)]) -> Self {
        let family = Family::new();
        command.env_remove("NO_COLOR");
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        command.env("LC_ALL", "C.UTF-8");
        let (name, mark) = family.mark();
        command.env(name, mark);
        for (name, value) in vars {
            command.env(name, value);
        }
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(at_least_one(rows), at_least_one(columns), 0);
        let parser = Arc::new(Mutex::new(parser));
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (screen, log) = (Arc::clone(&parser), Arc::clone(&written));
        let reading = Arc::new(Mutex::new(()));
        let may_read = Arc::clone(&reading);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                drop(may_read.lock().unwrap());
                screen.lock().unwrap().process(&buffer[..n]);
                log.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let (master, slave) = (pair.master, pair.slave);
        Self { parser, master, slave, keyboard, child, modes, family, written, reading }
    }

    /// What a test locks for as long as the terminal is to read nothing, but for one piece that it may be reading already.
    pub(crate) fn reading(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.reading)
    }

    /// Changes the size that the program is told, to anything; the screen that is looked at keeps its own.
    pub(crate) fn claim(&self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Looks at the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.parser.lock().unwrap().screen())
    }

    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Every byte that was written to the terminal.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.written.lock().unwrap().clone()
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(crate) fn until(&self, text: &str) {
        self.wait(&format!("{text:?} on the screen"), |terminal| terminal.text().contains(text));
    }

    /// Waits until something is true of the terminal.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, is_true: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_true(self) {
            assert!(start.elapsed() < PATIENCE, "never saw {what}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys: what a terminal sends for them.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.parser.lock().unwrap().screen_mut().set_size(at_least_one(rows), at_least_one(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends the program a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        crate::family::signal(self.pid(), name);
    }

    /// Waits until the program has ended; its exit status as a shell would give it.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it never ended:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal is as it was: modes, screen, cursor, mouse.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        assert_eq!(modes(self.master.as_ref()), self.modes, "the terminal's modes");
        self.wait("the normal screen with a cursor", |terminal| {
            terminal.screen(|screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                    && !screen.bracketed_paste()
            })
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind; one that did not has nothing left to kill.
        let _ = self.child.kill();
        self.family.kill_all();
        let _ = self.child.wait();
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> Option<String> {
    master.get_termios().map(|termios| format!("{termios:?}"))
}
