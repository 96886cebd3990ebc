//! Values of the reference for generated pictures.
//!
//! Made by drawing each picture with `patterns::draw` and giving its bytes to `bench/peers/pdq.py`,
//! which hashes them with the Python package `pdqhash` 0.2.8 (C++ inside): `full` is its `compute`,
//! `resized` is what the C++ tool does, through the C++ functions that the package contains.

use super::super::Layout;
use super::super::patterns::Pattern;

pub(super) struct Golden {
    pub(super) picture: (Pattern, Layout, usize, usize),
    pub(super) full: (&'static str, u8),
    pub(super) resized: (&'static str, u8),
}

pub(super) const GOLDEN: [Golden; 14] = [
    Golden {
        picture: (Pattern::Gradient, Layout::Rgb, 640, 480),
        full: (
            "a28a69ae56554d34a28a69a4d555ad245a8a9524eb55b6a4556ab6d4ebadb6da",
            42,
        ),
        resized: (
            "a28a69ae57554d34a28a6924d555a9245a8ab524eb55b6a4556ab6d4ebadb6da",
            41,
        ),
    },
    Golden {
        picture: (Pattern::Gradient, Layout::Grey, 64, 64),
        full: (
            "aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555",
            17,
        ),
        resized: (
            "aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555",
            17,
        ),
    },
    Golden {
        picture: (Pattern::Checkerboard, Layout::Rgb, 300, 511),
        full: (
            "5155777f5155efff5155afffafff500151555001515551415155514151555155",
            100,
        ),
        resized: (
            "5155777f5155efff5155afffafff500151555001515551415155514151555155",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Checkerboard, Layout::Grey, 128, 129),
        full: (
            "81ffa9ff01d5a9ff0155a9ff56005600a9ff5600a9ff5600a9ff5600a1ff5600",
            100,
        ),
        resized: (
            "81ffa9ff01d5a9ff0155a9ff56005600a9ff5600a9ff5600a9ff5600a1ff5600",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Circles, Layout::Rgb, 1000, 700),
        full: (
            "f6367e4e9131b0310dc909917e4e6fceb032b62649f149f1f64e6ece81314eb1",
            100,
        ),
        resized: (
            "76367e4e9131b0310dc909d17e4e6fceb032b62e49f149f1f64e6ece81314e31",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Circles, Layout::Grey, 5, 5),
        full: (
            "390e390ec6f1c6f1c6f1390e3b0ec6f13b0e390e390e390ec6f1c6f1c6f1390e",
            100,
        ),
        resized: (
            "390e390ec6f1c6f1c6f1390e3b0ec6f13b0e390e390e390ec6f1c6f1c6f1390e",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Plasma, Layout::Rgb, 800, 600),
        full: (
            "0fe767255f5525a7419a6527755f0605245da747af5758055ecf1a07208f5d58",
            100,
        ),
        resized: (
            "0b276f2da802af2d670b6faf200a8c0d665d2d4ff8a2708f578f100d7558f7f2",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Plasma, Layout::Grey, 97, 1300),
        full: (
            "22012727d7d5a7a700226727d7d7a7a7d9c1a5670ff57aa70601a8a72a0d5f58",
            100,
        ),
        resized: (
            "3a054787d5f7a7270026c52755ff04a7915005e50f75fa25b1771a25228dfdf8",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Plasma, Layout::Rgb, 64, 64),
        full: (
            "ec0fc5a577750585585b650557550607cf2c87678d7df8050ddd1885288d5ffa",
            100,
        ),
        resized: (
            "ec0fc5a577750585585b650557550607cf2c87678d7df8050ddd1885288d5ffa",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Noise, Layout::Rgb, 200, 150),
        full: (
            "3f54db4fec886ca45189bab375ddde51b56524874ce2868f44a818e791f0ab2c",
            100,
        ),
        resized: (
            "3f54db4fec886ca45189bab375ddde51b56524874ce2868f44a818e791f0ab2c",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Noise, Layout::Grey, 513, 512),
        full: (
            "5cd8b3e359e0a6c27b5ce44ac14afeb30491f8ad65d18de9989987d3a00eb58d",
            100,
        ),
        resized: (
            "5dd1a3e3c0e4e4c25b5cd442c0ccfe3304f3f8ad75d48ee9b89b8693a40eb58a",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Hills, Layout::Rgb, 1201, 801),
        full: (
            "864230b17d6c8616129169e0811e96991ee0697ee69d9ee26977ea9896f7697d",
            100,
        ),
        resized: (
            "864370b17d6c8616179169e0815e16991ee0697ee69c9ea26977ea9896a7697d",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Hills, Layout::Grey, 31, 17),
        full: (
            "da9c747329e1df3cd41e29e1ef67501e2ef1cd63708e9ef40920ed8f92f20820",
            100,
        ),
        resized: (
            "da9c747329e1df3cd41e29e1ef67501e2ef1cd63708e9ef40920ed8f92f20820",
            100,
        ),
    },
    Golden {
        picture: (Pattern::Hills, Layout::Rgb, 512, 512),
        full: (
            "864371b17d6c8616179179e0815e16991ae0697ee6989ea26975ea9a96a7697d",
            100,
        ),
        resized: (
            "864371b17d6c8616179179e0815e16991ae0697ee6989ea26975ea9a96a7697d",
            100,
        ),
    },
];

/// The eight hashes that `compute_dihedral` gives for the hills of 31 × 17 grey pixels.
pub(super) const TURNED_HILLS: [&str; 8] = [
    "da9c747329e1df3cd41e29e1ef67501e2ef1cd63708e9ef40920ed8f92f20820",
    "9a52249b66a426cdb6d9a52b9292c9b3a4b6992d76db266d992464cb4b66993b",
    "8fc95ed97cb47596814b834bba327ab46ba4078925db345e5c754725c785a28a",
    "cf078e3133f18c67e38c0f81c7c76319f1e33387238e8cc7cc71ce611e333391",
    "da9c8b8c29e120c3d41ed61eef67afe12ef1329c708e610b09209a7092f2f7df",
    "8fc921267cb48a69814b7cb4ba32054b7ba4983625dbcba15c7530dac7a75d75",
    "9a56db6466a4d932b6dd5ad49292364ca4b666d276dbd99299249b344b6666c4",
    "8e03718e33b17318e388f07ec7c79ce6f1e3cc38238c7338cc71319e1e31cc6e",
];
