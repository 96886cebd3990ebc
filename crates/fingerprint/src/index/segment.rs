//! An immutable part of the index: rows in the order of their keys, and a table for each chunk.

use std::sync::OnceLock;

use super::Near;
use super::marks::Marks;
use super::plan::{Costs, Plan, RADIUS_MAX, SHARE_MAX, Shares, is_scan_cheaper};
use super::row::{CHUNK_BITS, CHUNKS, Row, narrow};
use super::table::{Table, number};

/// The most rows of one segment: positions have 24 bits.
pub(super) const SEGMENT_ROWS_MAX: usize = 1 << 24;
/// Rows that a bucket holds on the average, at least: thinner ones cost more to find than to read.
const BUCKET_ROWS: usize = 32;
/// The least and the most bits of a bucket's number.
const BUCKET_BITS: (u32, u32) = (8, CHUNK_BITS);
/// Sketches of one cache line.
const CACHE_LINE: usize = 32;
/// Sketches looked at together.
const BLOCK: usize = 32;
/// How many times dearer than spread rows the even shares must be before others are thought of.
const SKEW: u64 = 3;

/// Rows, their keys, and what is dead of them.
#[derive(Debug)]
pub(super) struct Segment {
    /// Ascending, each once.
    pub(super) keys: Vec<u64>,
    pub(super) rows: Vec<Row>,
    pub(super) dead: Marks,
    /// One for each chunk. Until they are made, a search looks at every row.
    tables: OnceLock<Vec<Table>>,
    bucket_bits: u32,
    /// What is added to a bucket's number to look around it: nothing, then one bit, then two.
    masks: Vec<u16>,
}

/// What a search works with, kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Entries of a table whose sketch passed.
    hits: Vec<u32>,
    /// The rows that those entries name.
    rows: Vec<u32>,
}

/// A query of one segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query {
    row: Row,
    chunks: [u16; CHUNKS],
    radius: u32,
}

impl Query {
    pub(super) fn new(row: Row, radius: u32) -> Self {
        Self {
            row,
            chunks: row.chunks(),
            radius,
        }
    }

    /// The distance to a row that is near enough.
    pub(super) fn reach(&self, row: &Row) -> Option<u32> {
        let distance = self.row.distance(row);
        (distance <= self.radius).then_some(distance)
    }
}

impl Segment {
    /// The segment of `keys`, which ascend, and their `rows`.
    pub(super) fn build(keys: Vec<u64>, rows: Vec<Row>) -> Self {
        let segment = Self::without_tables(keys, rows);
        segment.make_tables();
        segment
    }

    /// The same, as yet without what makes searches fast.
    pub(super) fn without_tables(keys: Vec<u64>, rows: Vec<Row>) -> Self {
        let (least, most) = BUCKET_BITS;
        let bucket_bits = (rows.len() / BUCKET_ROWS).max(1).ilog2().clamp(least, most);
        Self {
            dead: Marks::new(rows.len()),
            tables: OnceLock::new(),
            masks: masks(bucket_bits),
            keys,
            rows,
            bucket_bits,
        }
    }

    /// Makes the tables, if they are not there.
    pub(super) fn make_tables(&self) {
        self.tables
            .get_or_init(|| Table::build_all(&self.rows, self.bucket_bits));
    }

    pub(super) fn has_tables(&self) -> bool {
        self.tables.get().is_some()
    }

    /// The tables that are there: all or none.
    fn tables(&self) -> &[Table] {
        self.tables.get().map_or(&[], Vec::as_slice)
    }

    /// Rows that are not dead.
    pub(super) fn live(&self) -> usize {
        self.rows.len() - self.dead.count()
    }

    /// Where a key's living row is.
    pub(super) fn find(&self, key: u64) -> Option<usize> {
        let at = self.keys.binary_search(&key).ok()?;
        (!self.dead.has(at)).then_some(at)
    }

    pub(super) fn bytes(&self) -> usize {
        let tables: usize = self.tables().iter().map(Table::bytes).sum();
        let (keys, rows) = (self.keys.capacity() * 8, self.rows.capacity() * 32);
        tables + keys + rows + self.masks.capacity() * 2 + self.dead.bytes()
    }

    /// Adds every living row within the query's radius to `found`.
    pub(super) fn search(&self, query: &Query, desk: &mut Desk, found: &mut Vec<Near>) {
        self.follow(query, self.plan(query), desk, found);
    }

    fn follow(&self, query: &Query, plan: Plan, desk: &mut Desk, found: &mut Vec<Near>) {
        match plan {
            Plan::Scan => self.scan(query, found),
            Plan::Buckets(shares) => {
                for chunk in 0..CHUNKS {
                    self.search_chunk(query, &shares, chunk, desk, found);
                }
            }
        }
    }

    /// What a search by this plan finds, the nearest first.
    #[cfg(test)]
    pub(super) fn search_with(&self, query: &Query, plan: Plan) -> Vec<Near> {
        let mut found = Vec::new();
        self.follow(query, plan, &mut Desk::default(), &mut found);
        found.sort();
        found
    }

    /// What [`Self::search`] finds for each of many queries, a table at a time: the next query's
    /// buckets come from memory that the last one's made near.
    pub(super) fn search_many(&self, queries: &[Query], desk: &mut Desk, found: &mut [Vec<Near>]) {
        let plans: Vec<Plan> = queries.iter().map(|query| self.plan(query)).collect();
        let mut order: Vec<usize> = (0..queries.len()).collect();
        for chunk in 0..CHUNKS {
            order.sort_unstable_by_key(|at| queries[*at].chunks[chunk]);
            for at in &order {
                let (query, found) = (&queries[*at], &mut found[*at]);
                match &plans[*at] {
                    Plan::Buckets(shares) => self.search_chunk(query, shares, chunk, desk, found),
                    Plan::Scan if chunk == 0 => self.scan(query, found),
                    Plan::Scan => {}
                }
            }
        }
    }

    fn scan(&self, query: &Query, found: &mut Vec<Near>) {
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(distance) = query.reach(row) {
                self.add(at, distance, found);
            }
        }
    }

    fn add(&self, at: usize, distance: u32, found: &mut Vec<Near>) {
        if !self.dead.has(at) {
            let key = self.keys[at];
            found.push(Near { distance, key });
        }
    }

    /// The cheapest way to find everything.
    pub(super) fn plan(&self, query: &Query) -> Plan {
        if query.radius > RADIUS_MAX || !self.has_tables() {
            return Plan::Scan;
        }
        let sum = query.radius as usize + 1;
        let mut costs = Costs::new();
        for share in 1..SHARE_MAX {
            self.weigh(query, share, &mut costs);
        }
        let even = [2; CHUNKS];
        let shares = if sum == 2 * CHUNKS {
            Some(even).filter(|even| costs.of(even) <= SKEW * self.even_cost())
        } else {
            costs.cheapest(sum, SHARE_MAX - 1)
        };
        let shares = shares.or_else(|| {
            self.weigh(query, SHARE_MAX, &mut costs);
            costs.cheapest(sum, SHARE_MAX)
        });
        match shares {
            Some(shares) if !is_scan_cheaper(costs.of(&shares), self.rows.len()) => {
                Plan::Buckets(shares)
            }
            _ => Plan::Scan,
        }
    }

    /// What shares of two would cost if the rows were spread evenly.
    fn even_cost(&self) -> u64 {
        let mut costs = Costs::new();
        let near = self.around(2).len();
        let rows = (self.rows.len() * near) >> self.bucket_bits;
        costs.note(0, 2, u32::try_from(rows).unwrap_or(u32::MAX), near);
        let mut one = [0; CHUNKS];
        one[0] = 2;
        costs.of(&one) * CHUNKS as u64
    }

    /// Notes what each chunk holds within `share`.
    fn weigh(&self, query: &Query, share: usize, costs: &mut Costs) {
        let masks = self.around(share);
        for (chunk, table) in self.tables().iter().enumerate() {
            let home = self.bucket(query.chunks[chunk]);
            let rows = masks
                .iter()
                .map(|mask| narrow(table.bucket(home ^ mask).len()));
            costs.note(chunk, share, rows.sum(), masks.len());
        }
    }

    /// The buckets around one that a share takes in.
    fn around(&self, share: usize) -> &[u16] {
        let bits = self.bucket_bits as usize;
        let count = [0, 1, 1 + bits, 1 + bits + bits * (bits - 1) / 2][share];
        &self.masks[..count]
    }

    fn bucket(&self, value: u16) -> u16 {
        value >> (CHUNK_BITS - self.bucket_bits)
    }

    /// Adds what is found through one chunk and through none before it.
    fn search_chunk(
        &self,
        query: &Query,
        shares: &Shares,
        chunk: usize,
        desk: &mut Desk,
        found: &mut Vec<Near>,
    ) {
        let table = &self.tables()[chunk];
        let next = (chunk + 1) % CHUNKS;
        let home = self.bucket(query.chunks[chunk]);
        let both = u32::from(shares[chunk]) + u32::from(shares[next]);
        desk.hits.clear();
        let masks = self.around(usize::from(shares[chunk]));
        // Asks memory for all that will be read, so that it comes while the first of it is awaited:
        // without this, searches take half as long again.
        let mut touched = 0;
        for mask in masks {
            let bucket = table.bucket(home ^ mask);
            for line in table.sketches[bucket].chunks(CACHE_LINE) {
                touched ^= line[0];
            }
        }
        std::hint::black_box(touched);
        for mask in masks {
            let bucket = table.bucket(home ^ mask);
            let limit = both - 1 - mask.count_ones();
            let sketches = &table.sketches[bucket.clone()];
            sift(
                sketches,
                query.chunks[next],
                limit,
                bucket.start,
                &mut desk.hits,
            );
        }
        desk.rows.clear();
        let rows = desk.hits.iter();
        let rows = rows.map(|hit| number(table.positions[*hit as usize]));
        desk.rows.extend(rows);
        for at in &desk.rows {
            let at = *at as usize;
            let row = &self.rows[at];
            if let Some(distance) = query.reach(row)
                && self.first(query, shares, row) == Some(chunk)
            {
                self.add(at, distance, found);
            }
        }
    }

    /// The first chunk through which a row is found.
    fn first(&self, query: &Query, shares: &Shares, row: &Row) -> Option<usize> {
        let far: [u16; CHUNKS] =
            std::array::from_fn(|chunk| query.chunks[chunk] ^ row.chunk(chunk));
        (0..CHUNKS).find(|chunk| {
            let next = (chunk + 1) % CHUNKS;
            let own = self.bucket(far[*chunk]).count_ones();
            let share = u32::from(shares[*chunk]);
            own < share && own + far[next].count_ones() < share + u32::from(shares[next])
        })
    }
}

/// Adds the numbers of the sketches within `limit` of `wanted`, counted from `base`.
fn sift(sketches: &[u16], wanted: u16, limit: u32, base: usize, hits: &mut Vec<u32>) {
    let mut base = narrow(base);
    let mut sift_one_by_one = |base: u32, sketches: &[u16]| {
        let near = (base..).zip(sketches);
        let near = near.filter(|(_, sketch)| (*sketch ^ wanted).count_ones() <= limit);
        hits.extend(near.map(|(at, _)| at));
    };
    let (blocks, rest) = sketches.as_chunks::<BLOCK>();
    for block in blocks {
        // Without a branch, so that the compiler takes eight at a time.
        let least = block.iter().map(|sketch| ones(sketch ^ wanted)).min();
        if u32::from(least.unwrap_or(0)) <= limit {
            sift_one_by_one(base, block);
        }
        base += narrow(BLOCK);
    }
    sift_one_by_one(base, rest);
}

#[expect(clippy::cast_possible_truncation, reason = "there are at most sixteen")]
const fn ones(word: u16) -> u16 {
    word.count_ones() as u16
}

/// All masks of up to two of `bits` bits, fewest ones first.
fn masks(bits: u32) -> Vec<u16> {
    let one = || (0..bits).map(|bit| 1_u16 << bit);
    let two = (0..bits).flat_map(|high| (0..high).map(move |low| 1_u16 << high | 1 << low));
    std::iter::once(0).chain(one()).chain(two).collect()
}
