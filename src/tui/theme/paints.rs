//! The colours themselves: what each role is painted with on a dark and on a light background.
//!
//! Every colour is given three times, for terminals of three depths. Neighbours are told apart by colour-blind eyes too,
//! mostly by how light they are: `theme/colour_blind.rs` has the figures.

use ratatui::style::Color;

use crate::event::Phase;

/// A colour, as red-green-blue, as one of the 256 that every terminal draws alike, and as one of the sixteen names.
pub(super) struct Paint(pub(super) u32, pub(super) u8, pub(super) Color);

/// What a palette has for each role; the roles are those of [`super::Theme`].
pub(super) struct Paints {
    pub(super) dim: Paint,
    pub(super) faint: Paint,
    pub(super) accent: Paint,
    /// Words on the accent.
    pub(super) ink: Paint,
    pub(super) row: Paint,
    pub(super) good: Paint,
    pub(super) bad: Paint,
    pub(super) other: Paint,
    /// By number of the phase.
    pub(super) phases: [Paint; Phase::COUNT],
    /// The same, for every other task.
    pub(super) shades: [Paint; Phase::COUNT],
    /// The same, for words: far enough from the background to be read.
    pub(super) words: [Paint; Phase::COUNT],
    /// Behind the texture of what is blocked in every other task.
    pub(super) deep: Paint,
    /// What was predicted, as dim as it is to be seen at all.
    pub(super) ghosts: Ghosts,
    /// Serial, threads, processes, hybrid.
    pub(super) strategies: [Paint; 4],
    /// Workers that have an interpreter's lock, with what is read on each.
    pub(super) holders: [(Paint, Paint); 8],
}

/// What a palette has for the phases that were predicted.
pub(super) struct Ghosts {
    pub(super) computing: Paint,
    /// The same, for every other task; of the 256 none is close enough.
    pub(super) shade: Paint,
    pub(super) blocked: Paint,
    pub(super) gil_wait: Paint,
    /// Every other phase, and what is between the dots of a texture.
    pub(super) rest: Paint,
}

const BLACK: Paint = Paint(0x10_14_18, 233, Color::Black);
const WHITE: Paint = Paint(0xff_ff_ff, 231, Color::White);

pub(super) const DARK: Paints = Paints {
    dim: Paint(0x7b_84_8f, 245, Color::Gray),
    faint: Paint(0x3a_42_4c, 239, Color::DarkGray),
    accent: Paint(0xf2_c1_4e, 221, Color::Yellow),
    ink: Paint(0x10_14_18, 233, Color::Black),
    row: Paint(0x1f_26_2e, 236, Color::Reset),
    good: Paint(0x2f_bf_8f, 36, Color::Green),
    bad: Paint(0xf0_5d_3c, 203, Color::LightRed),
    other: Paint(0x6b_74_80, 241, Color::DarkGray),
    phases: [
        Paint(0x3a_42_4c, 239, Color::DarkGray),
        Paint(0xe6_9f_00, 214, Color::Yellow),
        Paint(0x5a_64_70, 241, Color::DarkGray),
        Paint(0xd0_b8_f8, 183, Color::LightMagenta),
        Paint(0x2f_bf_8f, 36, Color::Green),
        Paint(0x3b_66_ad, 25, Color::Blue),
        Paint(0xa0_5c_f0, 99, Color::Magenta),
        Paint(0xa8_6a_1d, 136, Color::Red),
        Paint(0xa5_50_4a, 124, Color::LightRed),
    ],
    shades: [
        Paint(0x3a_42_4c, 239, Color::DarkGray),
        Paint(0xe6_9f_00, 214, Color::Yellow),
        Paint(0x5a_64_70, 241, Color::DarkGray),
        Paint(0xc0_a6_ea, 183, Color::LightMagenta),
        Paint(0x25_9e_77, 29, Color::LightGreen),
        Paint(0x37_5f_a1, 31, Color::LightBlue),
        Paint(0x90_52_da, 99, Color::Magenta),
        Paint(0xa8_6a_1d, 136, Color::Red),
        Paint(0x9a_4a_42, 124, Color::LightRed),
    ],
    words: [
        Paint(0x7b_84_8f, 245, Color::Gray),
        Paint(0xe6_9f_00, 214, Color::Yellow),
        Paint(0x7b_84_8f, 245, Color::Gray),
        Paint(0xd0_b8_f8, 183, Color::LightMagenta),
        Paint(0x2f_bf_8f, 36, Color::Green),
        Paint(0x6d_97_d8, 68, Color::LightBlue),
        Paint(0xb0_78_f5, 141, Color::Magenta),
        Paint(0xc4_83_30, 173, Color::Red),
        Paint(0xd9_7b_73, 210, Color::LightRed),
    ],
    deep: Paint(0x2a_46_7c, 18, Color::Black),
    ghosts: Ghosts {
        computing: Paint(0x1c_5f_4b, 23, Color::DarkGray),
        shade: Paint(0x17_50_3f, 23, Color::DarkGray),
        blocked: Paint(0x2a_3a_72, 19, Color::DarkGray),
        gil_wait: Paint(0x4f_24_22, 52, Color::DarkGray),
        rest: Paint(0x2b_32_3a, 236, Color::DarkGray),
    },
    strategies: [
        Paint(0xc4_ca_d2, 252, Color::Gray),
        Paint(0x56_b4_e9, 74, Color::LightCyan),
        Paint(0xc0_55_8c, 132, Color::LightMagenta),
        Paint(0xbf_d8_6b, 149, Color::LightYellow),
    ],
    holders: [
        (Paint(0xd7_ff_ff, 195, Color::White), BLACK),
        (Paint(0x5f_87_af, 67, Color::Cyan), BLACK),
        (Paint(0x5f_ff_af, 85, Color::LightGreen), BLACK),
        (Paint(0xaf_87_5f, 137, Color::Red), BLACK),
        (Paint(0x00_5f_d7, 26, Color::Blue), WHITE),
        (Paint(0x00_5f_5f, 23, Color::DarkGray), WHITE),
        (Paint(0xaf_87_ff, 141, Color::LightMagenta), BLACK),
        (Paint(0x87_af_af, 109, Color::LightCyan), BLACK),
    ],
};

/// Of the sixteen names, yellow, cyan and the grey called white are close to a light background on most terminals: they
/// fill, and are not read.
pub(super) const LIGHT: Paints = Paints {
    dim: Paint(0x5c_65_70, 241, Color::DarkGray),
    faint: Paint(0xc3_c9_d0, 251, Color::DarkGray),
    accent: Paint(0x8f_5d_00, 94, Color::Magenta),
    ink: Paint(0xff_ff_ff, 231, Color::White),
    row: Paint(0xe6_e9_ed, 254, Color::Reset),
    good: Paint(0x0b_7a_53, 29, Color::Green),
    bad: Paint(0xc5_36_1b, 160, Color::Red),
    other: Paint(0x9a_a3_ad, 248, Color::DarkGray),
    phases: [
        Paint(0xc3_c9_d0, 251, Color::DarkGray),
        Paint(0xd9_80_00, 172, Color::Yellow),
        Paint(0x9a_a3_ad, 247, Color::DarkGray),
        Paint(0xb7_8a_d4, 140, Color::LightMagenta),
        Paint(0x0a_8f_6a, 29, Color::Green),
        Paint(0x43_7a_dc, 33, Color::Blue),
        Paint(0x4f_1b_a0, 55, Color::Magenta),
        Paint(0x8b_45_03, 94, Color::Red),
        Paint(0x6e_1a_26, 52, Color::LightRed),
    ],
    shades: [
        Paint(0xc3_c9_d0, 251, Color::DarkGray),
        Paint(0xd9_80_00, 172, Color::Yellow),
        Paint(0x9a_a3_ad, 247, Color::DarkGray),
        Paint(0xb9_90_d2, 140, Color::LightMagenta),
        Paint(0x2e_a5_82, 36, Color::LightGreen),
        Paint(0x58_88_e4, 69, Color::LightBlue),
        Paint(0x5d_2a_ae, 55, Color::Magenta),
        Paint(0x8b_45_03, 94, Color::Red),
        Paint(0x7c_24_30, 52, Color::LightRed),
    ],
    words: [
        Paint(0x5c_65_70, 241, Color::DarkGray),
        Paint(0x9a_58_00, 130, Color::Red),
        Paint(0x5c_65_70, 241, Color::DarkGray),
        Paint(0x6f_5a_b8, 61, Color::Magenta),
        Paint(0x08_78_59, 23, Color::Green),
        Paint(0x2f_5f_b8, 25, Color::Blue),
        Paint(0x5b_23_b0, 55, Color::Magenta),
        Paint(0x8b_45_03, 94, Color::Red),
        Paint(0x6e_1a_26, 52, Color::LightRed),
    ],
    deep: Paint(0xb9_cf_f7, 153, Color::White),
    ghosts: Ghosts {
        computing: Paint(0xa6_dc_c8, 151, Color::DarkGray),
        shade: Paint(0xbb_e6_d8, 151, Color::DarkGray),
        blocked: Paint(0xa9_bd_f0, 147, Color::DarkGray),
        gil_wait: Paint(0xb9_83_89, 138, Color::DarkGray),
        rest: Paint(0xdc_e0_e5, 253, Color::DarkGray),
    },
    strategies: [
        Paint(0x92_9b_a5, 246, Color::DarkGray),
        Paint(0x1f_7f_d0, 32, Color::Cyan),
        Paint(0x9a_1f_74, 126, Color::LightMagenta),
        Paint(0x7f_9a_10, 100, Color::Yellow),
    ],
    holders: [
        (Paint(0x00_5f_d7, 26, Color::Blue), WHITE),
        (Paint(0xff_87_5f, 209, Color::LightRed), BLACK),
        (Paint(0x5f_00_5f, 53, Color::DarkGray), WHITE),
        (Paint(0x00_af_ff, 39, Color::LightCyan), BLACK),
        (Paint(0x87_87_af, 103, Color::LightBlue), BLACK),
        (Paint(0xaf_5f_5f, 131, Color::Yellow), WHITE),
        (Paint(0x00_00_87, 18, Color::Black), WHITE),
        (Paint(0x5f_5f_af, 61, Color::Red), WHITE),
    ],
};
