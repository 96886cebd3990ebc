//! The filters as they are described: over the whole picture, one line at a time.

/// 64 × 64 samples of luma, rows from the top.
pub(super) fn samples(luma: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut picture = luma.to_vec();
    for _ in 0..2 {
        for row in picture.chunks_mut(width) {
            let boxed = box_filter(row);
            row.copy_from_slice(&boxed);
        }
        for x in 0..width {
            let column: Vec<f32> = (0..height).map(|y| picture[y * width + x]).collect();
            for (y, value) in box_filter(&column).into_iter().enumerate() {
                picture[y * width + x] = value;
            }
        }
    }
    let centre = |index: usize, side: usize| (2 * index + 1) * side / 128;
    let places = (0..64).flat_map(|y| (0..64).map(move |x| (x, y)));
    places
        .map(|(x, y)| picture[centre(y, height) * width + centre(x, width)])
        .collect()
}

/// A running sum that takes in before it lets go, divided by what it holds.
fn box_filter(line: &[f32]) -> Vec<f32> {
    let full = line.len().div_ceil(128);
    let ahead = full / 2;
    let mut sum = 0.0;
    let mut held = 0_u16;
    let mut out = Vec::new();
    for t in 0..line.len() + ahead {
        if let Some(new) = line.get(t) {
            sum += new;
            held += 1;
        }
        if t >= full {
            sum -= line[t - full];
            held -= 1;
        }
        if t >= ahead {
            out.push(sum / f32::from(held));
        }
    }
    out
}
