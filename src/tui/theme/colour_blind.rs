//! Whether the palettes can be told apart, in figures: by eyes that see all colours, by eyes without red and by eyes
//! without green cones, the two common kinds of colour blindness.
//!
//! How colours look to such eyes is simulated as by Machado, Oliveira and Fernandes (2009); distances are those of
//! CIE 1976 L*a*b*, where about 2 is the least that can be seen side by side; contrasts are those of WCAG 2.

use super::paints::{DARK, LIGHT, Paint, Paints};
use crate::event::Phase;

/// Told apart at a glance, where they touch.
const APART: f64 = 20.0;
/// Shades of two phases that touch: a task beside another phase.
const SHADES_APART: f64 = 15.0;
/// Told apart where they stand in different rows, and each has its number or glyph.
const OTHERWISE: f64 = 7.5;
/// The same of what was predicted, which is as dim as it may be: its textures tell it, too.
const GHOSTS: f64 = 10.0;
/// What was predicted keeps this contrast to the background.
const DIM: f64 = 1.1;
/// What fills keeps this contrast to the background: less than the 3 of WCAG, for a lane is seen by its size too.
const FILL: f64 = 2.2;
/// What is read: less than the 4.5 of WCAG on the greyest of the backgrounds, for labels stay behind values.
const WORDS: f64 = 4.0;
/// The words of a button.
const BUTTON: f64 = 4.5;

type Linear = [f64; 3];

/// How much of each linear channel an eye gets of each: of a usual one, of one without red and of one without green
/// cones.
const EYES: [(&str, [Linear; 3]); 3] = [
    ("all", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "no red",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "no green",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
];

/// The palettes with the backgrounds that terminals commonly have.
const GROUNDS: [(&str, &Paints, [u32; 2]); 2] =
    [("dark", &DARK, [0x00_00_00, 0x1e_1e_1e]), ("light", &LIGHT, [0xff_ff_ff, 0xfb_fa_f7])];

/// The phases that are drawn with a colour of their own.
const DRAWN: [Phase; 7] = [
    Phase::Starting,
    Phase::Receiving,
    Phase::Computing,
    Phase::Blocked,
    Phase::Sending,
    Phase::Stopping,
    Phase::GilWait,
];

fn linear(rgb: u32) -> Linear {
    let [_, channels @ ..] = rgb.to_be_bytes();
    channels.map(|byte| {
        let part = f64::from(byte) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn mix(matrix: [Linear; 3], colour: Linear) -> Linear {
    matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>())
}

fn lab(colour: Linear) -> Linear {
    let to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
    let white = [0.950_47, 1.0, 1.088_83];
    let mut xyz = mix(to_xyz, colour.map(|part| part.clamp(0.0, 1.0)));
    for (part, white) in xyz.iter_mut().zip(white) {
        let of_white = *part / white;
        *part = if of_white > 0.008_856 { of_white.cbrt() } else { 7.787 * of_white + 16.0 / 116.0 };
    }
    [116.0 * xyz[1] - 16.0, 500.0 * (xyz[0] - xyz[1]), 200.0 * (xyz[1] - xyz[2])]
}

/// How far apart two colours are for the eyes that tell them apart worst, and which those are.
fn distance(a: u32, b: u32) -> (f64, &'static str) {
    let far = |(eyes, matrix): (&'static str, [Linear; 3])| {
        let (a, b) = (lab(mix(matrix, linear(a))), lab(mix(matrix, linear(b))));
        (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt(), eyes)
    };
    EYES.map(far).into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

fn contrast(a: u32, b: u32) -> f64 {
    let light = |rgb| mix([[0.2126, 0.7152, 0.0722]; 3], linear(rgb))[0] + 0.05;
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

/// One of the 256 colours.
fn indexed(index: u8) -> u32 {
    let grey = |level: u32| level << 16 | level << 8 | level;
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * u32::from(step) };
    match index {
        232.. => grey(8 + 10 * u32::from(index - 232)),
        16.. => {
            let n = index - 16;
            level(n / 36) << 16 | level(n / 6 % 6) << 8 | level(n % 6)
        }
        _ => panic!("the sixteen are the user's own"),
    }
}

/// A colour on terminals with all colours and on those with 256; what the sixteen look like is the user's choice.
fn depths(paint: &Paint) -> [u32; 2] {
    [paint.0, indexed(paint.1)]
}

fn assert_apart(what: &str, a: &Paint, b: &Paint, least: f64) {
    for (a, b) in depths(a).into_iter().zip(depths(b)) {
        let (far, eyes) = distance(a, b);
        assert!(far >= least, "{what}: {a:06x} and {b:06x} are {far:.0} apart to eyes with {eyes}");
    }
}

#[test]
fn the_figures_are_those_of_the_books() {
    assert!((contrast(0xff_ff_ff, 0) - 21.0).abs() < 0.01);
    assert!((distance(0xff_ff_ff, 0).0 - 100.0).abs() < 0.1);
    // Red and green of the same lightness are one colour to eyes without green cones, and two to others.
    let (far, eyes) = distance(0xc0_60_40, 0x80_80_20);
    assert!(far < 20.0 && eyes != "all", "{far} {eyes}");
    assert_eq!(
        [indexed(16), indexed(36), indexed(231), indexed(244)],
        [0, 0x00_af_87, 0xff_ff_ff, 0x80_80_80]
    );
}

#[test]
fn phases_are_told_apart_by_all_eyes() {
    for (palette, paints, _) in GROUNDS {
        for (i, a) in DRAWN.into_iter().enumerate() {
            for b in DRAWN.into_iter().skip(i + 1) {
                let what = format!("{palette}, {} beside {}", a.name(), b.name());
                let (a, b) = (a as usize, b as usize);
                assert_apart(&what, &paints.phases[a], &paints.phases[b], APART);
                assert_apart(&what, &paints.shades[a], &paints.phases[b], SHADES_APART);
                assert_apart(&what, &paints.phases[a], &paints.shades[b], SHADES_APART);
                assert_apart(&what, &paints.shades[a], &paints.shades[b], SHADES_APART);
            }
        }
    }
}

#[test]
fn phases_that_were_predicted_are_told_apart_by_all_eyes_and_are_dimmer_than_those_that_happened() {
    for (palette, paints, grounds) in GROUNDS {
        let ghosts = &paints.ghosts;
        let all = [
            (Phase::Computing, &ghosts.computing),
            (Phase::Blocked, &ghosts.blocked),
            (Phase::GilWait, &ghosts.gil_wait),
        ];
        for (i, (phase, ghost)) in all.into_iter().enumerate() {
            for (other, beside) in all.into_iter().skip(i + 1) {
                assert_apart(&format!("{palette}, {phase} beside {other}"), ghost, beside, GHOSTS);
            }
            let real = &paints.phases[phase as usize];
            assert_apart(&format!("{palette}, {phase} and its ghost"), ghost, real, SHADES_APART);
            for (colour, ground) in depths(ghost).into_iter().flat_map(|c| grounds.map(|g| (c, g))) {
                assert!(contrast(colour, ground) >= DIM, "{palette}: {colour:06x} on {ground:06x}");
            }
            for (dim, bright) in depths(ghost).into_iter().zip(depths(real)) {
                let [far, farther] = [dim, bright].map(|colour| contrast(colour, grounds[0]));
                assert!(far < farther, "{palette}: {phase} is brighter where it was predicted: {dim:06x}");
            }
        }
    }
}

#[test]
fn strategies_are_told_apart_by_all_eyes() {
    for (palette, paints, _) in GROUNDS {
        for (i, a) in paints.strategies.iter().enumerate() {
            for (j, b) in paints.strategies.iter().enumerate().skip(i + 1) {
                assert_apart(&format!("{palette}, strategies {i} and {j}"), a, b, APART);
            }
        }
    }
}

#[test]
fn workers_that_have_a_lock_are_told_apart_by_all_eyes_and_are_no_phase_no_strategy_and_no_key() {
    for (palette, paints, grounds) in GROUNDS {
        for (i, (a, ink)) in paints.holders.iter().enumerate() {
            for (j, (b, _)) in paints.holders.iter().enumerate().skip(i + 1) {
                assert_apart(&format!("{palette}, workers {i} and {j}"), a, b, APART);
            }
            assert_apart(&format!("{palette}, worker {i} and the accent"), a, &paints.accent, APART);
            let phases = DRAWN.map(|phase| &paints.phases[phase as usize]);
            for other in phases.into_iter().chain(&paints.strategies) {
                assert_apart(&format!("{palette}, worker {i}"), a, other, OTHERWISE);
            }
            for (colour, ink) in depths(a).into_iter().zip(depths(ink)) {
                assert!(contrast(colour, ink) >= BUTTON, "{palette}: {ink:06x} on {colour:06x}");
                assert!(grounds.iter().all(|ground| contrast(colour, *ground) >= FILL), "{colour:06x}");
            }
        }
    }
}

#[test]
fn this_run_and_other_programs_are_told_apart_by_all_eyes() {
    for (palette, paints, _) in GROUNDS {
        assert_apart(palette, &paints.phases[Phase::Computing as usize], &paints.other, APART);
    }
}

#[test]
fn everything_stands_out_from_the_background() {
    for (palette, paints, grounds) in GROUNDS {
        let fills = DRAWN.map(|phase| &paints.phases[phase as usize]);
        let shades = DRAWN.map(|phase| &paints.shades[phase as usize]);
        let fills = fills.iter().chain(&shades).copied().chain(&paints.strategies);
        let read = [&paints.dim, &paints.accent, &paints.good, &paints.bad];
        let read = read.into_iter().chain(&paints.words);
        let all = fills.map(|paint| (paint, FILL)).chain(read.map(|paint| (paint, WORDS)));
        for (paint, least) in all {
            for (colour, ground) in depths(paint).into_iter().flat_map(|c| grounds.map(|g| (c, g))) {
                let found = contrast(colour, ground);
                assert!(
                    found >= least,
                    "{palette}: {colour:06x} on {ground:06x} has a contrast of {found:.2}"
                );
            }
        }
        // The usual text and a button's words.
        for (ink, accent) in depths(&paints.ink).into_iter().zip(depths(&paints.accent)) {
            assert!(contrast(ink, accent) >= BUTTON, "{palette}: {ink:06x} on {accent:06x}");
        }
    }
}
