//! The two rounds of box filters and the 64 × 64 samples, in one pass over the picture.
//!
//! A box filter is a running sum along a line, divided by the number of samples in its window.
//! The reference filters the whole picture along rows, then along columns, then both again, and
//! then keeps 64 × 64 samples. Here rows go through all four filters as they come, [`LANES`] at a
//! time: along rows the sums of neighbouring rows run side by side, along columns those of all
//! columns. Each sum still sees its own samples in the reference's order, so its bits are the same;
//! but the picture is read once, only a window of rows is kept, and the last two filters are
//! divided out only where a sample is taken.

use super::block::Image64;
use super::luma::{self, Arithmetic};
use super::pixels::Pixels;

/// Rows whose running sums go side by side.
const LANES: usize = 8;
/// Samples along either side.
const SAMPLES: usize = 64;

/// One column of [`LANES`] rows.
type Lanes = [f32; LANES];

/// The buffers of the filters.
#[derive(Debug, Default)]
pub(super) struct Tent {
    /// `LANES` rows, row by row: luma, and later what the first round made of it.
    rows: Vec<f32>,
    /// The same, column by column.
    turned: Vec<Lanes>,
    boxed: Vec<Lanes>,
    /// The last rows after the filter along rows: a window of them and one strip more.
    ring: Vec<f32>,
    sums: Vec<f32>,
    /// `LANES` rows after the first round.
    once: Vec<f32>,
    /// The last rows of samples in the second round.
    samples: Vec<[f32; SAMPLES]>,
}

/// Where a window over `len` samples stands: it takes in sample `t` at step `t`, lets go of sample
/// `t - full`, and its middle is at sample `t - ahead`.
#[derive(Debug, Clone, Copy)]
struct Window {
    len: usize,
    full: usize,
    ahead: usize,
}

impl Window {
    /// The window that makes 64 samples of `len`, half of one sample wide: two rounds widen it.
    const fn new(len: usize) -> Self {
        let full = len.div_ceil(2 * SAMPLES);
        Self {
            len,
            full,
            ahead: full / 2,
        }
    }

    /// How many samples lie in the window after step `t`.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a window is one 128th of a side: no side that can be addressed rounds it"
    )]
    fn held(&self, t: usize) -> f32 {
        let taken = (t + 1).min(self.full);
        let gone = (t + 1).saturating_sub(self.len);
        (taken - gone) as f32
    }

    /// The sample that stands for sample `index` of 64: the one at its centre.
    const fn centre(&self, index: usize) -> usize {
        (2 * index + 1) * self.len / (2 * SAMPLES)
    }
}

impl Tent {
    /// The samples of a picture whose sides are both at least [`super::SIDE_PX_MIN`].
    pub(super) fn image64(&mut self, pixels: &Pixels, arithmetic: Arithmetic) -> Image64 {
        let along = Window::new(pixels.width());
        let down = Window::new(pixels.height());
        let stride = along.len.next_multiple_of(LANES);
        self.prepare(stride, down);
        let slots = down.full + LANES;
        let mut last = Last::new(down);
        for top in (0..down.len).step_by(LANES) {
            let bottom = (top + LANES).min(down.len);
            for (y, row) in (top..bottom).zip(self.rows.chunks_exact_mut(stride)) {
                luma::row(pixels.row(y), pixels.layout(), arithmetic, row);
            }
            turn(&self.rows, stride, &mut self.turned);
            box_along(&self.turned, along, &mut self.boxed);
            for (lane, y) in (top..bottom).enumerate() {
                let slot = y % slots * stride;
                unturn(&self.boxed, lane, &mut self.ring[slot..slot + stride]);
            }
            for t in top..bottom {
                self.step(t, stride, along, down, &mut last);
            }
        }
        for t in down.len..down.len + down.ahead {
            self.step(t, stride, along, down, &mut last);
        }
        last.image
    }

    fn prepare(&mut self, stride: usize, down: Window) {
        let fill = |buffer: &mut Vec<f32>, len| {
            buffer.clear();
            buffer.resize(len, 0.0);
        };
        fill(&mut self.rows, LANES * stride);
        fill(&mut self.once, LANES * stride);
        fill(&mut self.sums, stride);
        fill(&mut self.ring, (down.full + LANES) * stride);
        self.turned.resize(stride, [0.0; LANES]);
        self.boxed.clear();
        self.boxed.resize(stride, [0.0; LANES]);
        self.samples.clear();
        self.samples.resize(down.full, [0.0; SAMPLES]);
    }

    /// One step of the first filter along columns; whenever it has made a strip of rows, they go
    /// through the second round.
    fn step(&mut self, t: usize, stride: usize, along: Window, down: Window, last: &mut Last) {
        let slots = down.full + LANES;
        let row = |y: usize| &self.ring[y % slots * stride..][..stride];
        let new = (t < down.len).then(|| row(t));
        let old = t.checked_sub(down.full).map(row);
        run(&mut self.sums, new, old);
        let Some(y) = t.checked_sub(down.ahead) else {
            return;
        };
        let held = down.held(t);
        let lane = y % LANES;
        let once = &mut self.once[lane * stride..][..stride];
        for (once, sum) in once.iter_mut().zip(&self.sums) {
            *once = sum / held;
        }
        if lane + 1 == LANES || y + 1 == down.len {
            turn(&self.once, stride, &mut self.turned);
            let sampled = sample_along(&self.turned, along);
            let rows: [[f32; SAMPLES]; LANES] =
                std::array::from_fn(|lane| sampled.map(|lanes| lanes[lane]));
            for row in &rows[..=lane] {
                last.take(row, &mut self.samples);
            }
            if y + 1 == down.len {
                last.end(&self.samples);
            }
        }
    }
}

/// The second filter along columns, of the 64 columns that are sampled.
struct Last {
    down: Window,
    sums: [f32; SAMPLES],
    t: usize,
    next: usize,
    image: Image64,
}

impl Last {
    const fn new(down: Window) -> Self {
        Self {
            down,
            sums: [0.0; SAMPLES],
            t: 0,
            next: 0,
            image: [[0.0; SAMPLES]; SAMPLES],
        }
    }

    fn take(&mut self, row: &[f32; SAMPLES], kept: &mut [[f32; SAMPLES]]) {
        let slot = &mut kept[self.t % self.down.full];
        let old = (self.t >= self.down.full).then_some(&slot[..]);
        run(&mut self.sums, Some(row), old);
        *slot = *row;
        self.sample();
    }

    fn end(&mut self, kept: &[[f32; SAMPLES]]) {
        for _ in 0..self.down.ahead {
            let old = &kept[self.t % self.down.full];
            run(&mut self.sums, None, Some(old));
            self.sample();
        }
    }

    /// Writes the rows of samples whose centre the window has reached.
    fn sample(&mut self) {
        let t = self.t;
        self.t += 1;
        let Some(y) = t.checked_sub(self.down.ahead) else {
            return;
        };
        let held = self.down.held(t);
        while self.next < SAMPLES && self.down.centre(self.next) == y {
            self.image[self.next] = self.sums.map(|sum| sum / held);
            self.next += 1;
        }
    }
}

/// Takes samples in and lets others go, in this order.
fn run(sums: &mut [f32], new: Option<&[f32]>, old: Option<&[f32]>) {
    match (new, old) {
        (Some(new), Some(old)) => {
            for ((sum, new), old) in sums.iter_mut().zip(new).zip(old) {
                *sum = (*sum + new) - old;
            }
        }
        (Some(new), None) => {
            for (sum, new) in sums.iter_mut().zip(new) {
                *sum += new;
            }
        }
        (None, Some(old)) => {
            for (sum, old) in sums.iter_mut().zip(old) {
                *sum -= old;
            }
        }
        (None, None) => {}
    }
}

/// Turns `LANES` rows into columns.
fn turn(rows: &[f32], stride: usize, turned: &mut [Lanes]) {
    let rows: [&[Lanes]; LANES] =
        std::array::from_fn(|lane| rows[lane * stride..][..stride].as_chunks().0);
    for (at, block) in turned.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let rows: [Lanes; LANES] = std::array::from_fn(|lane| rows[lane][at]);
        *block = std::array::from_fn(|col| std::array::from_fn(|lane| rows[lane][col]));
    }
}

/// Writes one lane as a row.
fn unturn(turned: &[Lanes], lane: usize, row: &mut [f32]) {
    for (value, lanes) in row.iter_mut().zip(turned) {
        *value = lanes[lane];
    }
}

/// The filter along `LANES` rows.
fn box_along(rows: &[Lanes], window: Window, boxed: &mut [Lanes]) {
    let Window { len, full, ahead } = window;
    let mut sum = [0.0; LANES];
    for new in &rows[..ahead] {
        add(&mut sum, new);
    }
    for t in ahead..full {
        add(&mut sum, &rows[t]);
        boxed[t - ahead] = divided(&sum, window.held(t));
    }
    let held = window.held(full);
    let middle = rows[full..len].iter().zip(&rows[..len - full]);
    for (out, (new, old)) in boxed[full - ahead..].iter_mut().zip(middle) {
        add(&mut sum, new);
        subtract(&mut sum, old);
        *out = divided(&sum, held);
    }
    for t in len..len + ahead {
        subtract(&mut sum, &rows[t - full]);
        boxed[t - ahead] = divided(&sum, window.held(t));
    }
}

/// The filter along `LANES` rows, where the 64 samples are taken.
fn sample_along(rows: &[Lanes], window: Window) -> [Lanes; SAMPLES] {
    let Window { len, full, ahead } = window;
    let mut sum = [0.0; LANES];
    let mut t = 0;
    std::array::from_fn(|index| {
        let end = window.centre(index) + ahead + 1;
        while t < end.min(full) {
            add(&mut sum, &rows[t]);
            t += 1;
        }
        let stop = end.min(len);
        if t < stop {
            for (new, old) in rows[t..stop].iter().zip(&rows[t - full..]) {
                add(&mut sum, new);
                subtract(&mut sum, old);
            }
            t = stop;
        }
        while t < end {
            subtract(&mut sum, &rows[t - full]);
            t += 1;
        }
        divided(&sum, window.held(end - 1))
    })
}

fn add(sum: &mut Lanes, new: &Lanes) {
    for (sum, new) in sum.iter_mut().zip(new) {
        *sum += new;
    }
}

fn subtract(sum: &mut Lanes, old: &Lanes) {
    for (sum, old) in sum.iter_mut().zip(old) {
        *sum -= old;
    }
}

fn divided(sum: &Lanes, held: f32) -> Lanes {
    sum.map(|sum| sum / held)
}
