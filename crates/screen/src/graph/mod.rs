//! What each new payment closes in the graph of accounts: fans, scatter-gather, cycles in time.
//!
//! Payments come in order of time. Each sees those before it and no batch, so the answers do not
//! depend on how many are given at once, and the cost is that of its own neighbourhood.

mod neighbours;

use neighbours::{Fan, Fans, Neighbour, Neighbours};

/// The longest cycle that is looked for, in payments.
pub const CYCLE_HOPS_MAX: usize = 10;
/// So many payments are looked at for one pattern of one payment; around busier accounts it is cut,
/// and says so.
pub const STEPS_MAX: u32 = 20_000;

/// How far back each pattern reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphWindows {
    /// Fans, degrees and sums.
    pub fan_millis: i64,
    /// Scatter-gather; 0 switches it off.
    pub scatter_gather_millis: i64,
    /// Cycles; 0 switches them off.
    pub cycle_millis: i64,
    /// Payments of a cycle at most, from 2 to [`CYCLE_HOPS_MAX`].
    pub cycle_hops: usize,
}

/// A payment as an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// When.
    pub time_millis: i64,
    /// Who pays.
    pub from: u32,
    /// Who is paid.
    pub to: u32,
    /// How much, in one currency for all.
    pub amount: i64,
}

/// One account, as it stands with the new payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vertex {
    /// Different accounts that it paid.
    pub fan_out: u32,
    /// Payments that it made.
    pub degree_out: u32,
    /// Their sum.
    pub sum_out: i128,
    /// Different accounts that paid it.
    pub fan_in: u32,
    /// Payments that it was paid.
    pub degree_in: u32,
    /// Their sum.
    pub sum_in: i128,
}

/// What a payment closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EdgeFeatures {
    /// The payer.
    pub from: Vertex,
    /// The paid.
    pub to: Vertex,
    /// The most accounts through which any one account has scattered to the paid, each having been
    /// paid no later than it paid on, the payer among them.
    pub scatter_gather: u32,
    /// Cycles that it closes, at the position of their number of payments; in each, payments follow
    /// one another strictly in time and no account stands twice.
    pub cycles: [u32; CYCLE_HOPS_MAX + 1],
    /// Whether [`STEPS_MAX`] cut a pattern short, so that its number may be too low.
    pub cut: bool,
}

/// The recent payments of all accounts.
#[derive(Debug)]
pub struct Graph {
    windows: GraphWindows,
    keep_millis: i64,
    newest_millis: i64,
    sent: Neighbours,
    received: Neighbours,
    fans: Fans,
    /// For each account, in which search it was last met, and with which time.
    met: Vec<(u64, i64)>,
    counted: Vec<u64>,
    sources: Vec<u64>,
    search: u64,
    path: Vec<u32>,
}

impl Graph {
    /// An empty graph. More hops than [`CYCLE_HOPS_MAX`] are not looked for.
    pub fn new(mut windows: GraphWindows) -> Self {
        windows.cycle_hops = windows.cycle_hops.min(CYCLE_HOPS_MAX);
        let reach = windows.scatter_gather_millis.max(windows.cycle_millis);
        Self {
            keep_millis: reach.max(windows.fan_millis).max(0),
            windows,
            newest_millis: i64::MIN,
            sent: Neighbours::default(),
            received: Neighbours::default(),
            fans: Fans::default(),
            met: Vec::new(),
            counted: Vec::new(),
            sources: Vec::new(),
            search: 0,
            path: Vec::new(),
        }
    }

    /// Takes a payment in and says what it closes; `None`, and nothing changes, for one that is
    /// older than the newest.
    pub fn push(&mut self, edge: &Edge) -> Option<EdgeFeatures> {
        if edge.time_millis < self.newest_millis {
            return None;
        }
        self.newest_millis = edge.time_millis;
        let accounts = edge.from.max(edge.to) as usize + 1;
        if accounts > self.met.len() {
            let room = accounts.next_power_of_two();
            self.met.resize(room, (0, 0));
            self.counted.resize(room, 0);
            self.sources.resize(room, 0);
            self.sent.grow(room);
            self.received.grow(room);
        }
        let mut features = EdgeFeatures::default();
        if self.windows.cycle_millis > 0 {
            self.cycles(edge, &mut features);
        }
        let oldest = edge.time_millis.saturating_sub(self.keep_millis);
        let made = |other| Neighbour {
            time_millis: edge.time_millis,
            amount: edge.amount,
            other,
        };
        self.sent.push(edge.from, made(edge.to), oldest);
        self.received.push(edge.to, made(edge.from), oldest);
        self.fans(edge, &mut features);
        if self.windows.scatter_gather_millis > 0 {
            self.scatter_gather(edge, &mut features);
        }
        Some(features)
    }

    fn fans(&mut self, edge: &Edge, features: &mut EdgeFeatures) {
        let oldest = edge.time_millis.saturating_sub(self.windows.fan_millis);
        let (fans, sent, received) = (&mut self.fans, &mut self.sent, &mut self.received);
        fans.add(Fan::Out, edge.from, edge.to);
        fans.add(Fan::In, edge.to, edge.from);
        let mut vertex = |account| {
            let out = sent.fan(account, oldest, |gone| fans.remove(Fan::Out, account, gone));
            let paid = received.fan(account, oldest, |gone| fans.remove(Fan::In, account, gone));
            Vertex {
                fan_out: fans.of(Fan::Out, account),
                degree_out: out.0,
                sum_out: out.1,
                fan_in: fans.of(Fan::In, account),
                degree_in: paid.0,
                sum_in: paid.1,
            }
        };
        features.from = vertex(edge.from);
        features.to = vertex(edge.to);
    }

    /// For each account that paid the payer: how many of those whom it paid have since paid the
    /// paid.
    fn scatter_gather(&mut self, edge: &Edge, features: &mut EdgeFeatures) {
        let oldest = edge
            .time_millis
            .saturating_sub(self.windows.scatter_gather_millis);
        let mut steps = STEPS_MAX;
        let gathered = self.next_search();
        for paid in self.received.since(edge.to, oldest) {
            // In order of time, so the last of each account stays.
            self.met[paid.other as usize] = (gathered, paid.time_millis);
            if spent(&mut steps) {
                features.cut = true;
                break;
            }
        }
        let scattered = self.received.since(edge.from, oldest);
        for number in 0..scattered.len() {
            let source = self.received.since(edge.from, oldest)[number].other;
            // A source that paid more than once is looked at once.
            let looked = std::mem::replace(&mut self.sources[source as usize], gathered);
            if source == edge.to || source == edge.from || looked == gathered {
                continue;
            }
            let counting = self.next_search();
            let mut through = 0;
            for paid in self.sent.since(source, oldest) {
                let middle = paid.other as usize;
                let (search, last) = self.met[middle];
                if search == gathered
                    && paid.time_millis <= last
                    && paid.other != edge.to
                    && self.counted[middle] != counting
                {
                    self.counted[middle] = counting;
                    through += 1;
                }
                if spent(&mut steps) {
                    features.cut = true;
                    return;
                }
            }
            features.scatter_gather = features.scatter_gather.max(through);
        }
    }

    fn next_search(&mut self) -> u64 {
        self.search += 1;
        self.search
    }

    /// Ways from the paid back to the payer, searched from the payer against time.
    fn cycles(&mut self, edge: &Edge, features: &mut EdgeFeatures) {
        let oldest = edge.time_millis.saturating_sub(self.windows.cycle_millis);
        if edge.from == edge.to || self.sent.since(edge.to, oldest).is_empty() {
            return;
        }
        let mut search = Search {
            received: &self.received,
            oldest,
            goal: edge.to,
            hops: self.windows.cycle_hops,
            steps: STEPS_MAX,
            path: &mut self.path,
            found: &mut features.cycles,
        };
        search.path.clear();
        search.path.push(edge.from);
        features.cut |= !search.back(edge.from, edge.time_millis);
    }
}

/// A search for cycles.
struct Search<'a> {
    received: &'a Neighbours,
    oldest: i64,
    goal: u32,
    hops: usize,
    steps: u32,
    path: &'a mut Vec<u32>,
    found: &'a mut [u32; CYCLE_HOPS_MAX + 1],
}

impl Search<'_> {
    /// Follows every payment to `account` before `before`; whether it came to an end.
    fn back(&mut self, account: u32, before: i64) -> bool {
        // The payments so far are those between the accounts of the path, and the new one.
        let hops = self.path.len() + 1;
        if hops > self.hops {
            return true;
        }
        let paid = self.received.since(account, self.oldest);
        let earlier = paid.partition_point(|one| one.time_millis < before);
        for one in &paid[..earlier] {
            if spent(&mut self.steps) {
                return false;
            }
            if one.other == self.goal {
                self.found[hops] = self.found[hops].saturating_add(1);
            } else if !self.path.contains(&one.other) {
                self.path.push(one.other);
                let ended = self.back(one.other, one.time_millis);
                self.path.pop();
                if !ended {
                    return false;
                }
            }
        }
        true
    }
}

fn spent(steps: &mut u32) -> bool {
    *steps = steps.saturating_sub(1);
    *steps == 0
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
