//! The most that can flow through a network: by levels, as Dinic found in 1970.
//!
//! What an attacker can make of a hidden number is a question of flow: raising it by one must be
//! made good along a circle of other hidden numbers. The greatest flow that makes it good is the
//! greatest that the number can be, exactly, and whole numbers stay whole.

use std::collections::VecDeque;

use super::shape::Arc;

/// How far the number of an arc may rise and fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) rise: i64,
    pub(super) fall: i64,
}

/// A circulation that can be changed within the room of each arc.
///
/// The room always belongs to some circulation: what is pushed round is taken from it.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// For edge 2n, which goes along arc n, and 2n + 1, which goes against it: where it leads,
    to: Vec<usize>,
    /// and how much more it may carry.
    room: Vec<i64>,
    /// The edges that leave each node, one node after the other,
    edges: Vec<usize>,
    /// and where each node's begin.
    begin: Vec<usize>,
    level: Vec<u32>,
    next: Vec<usize>,
}

const FAR: u32 = u32::MAX;

/// The value at a place; there is none beyond the end, where nothing flows.
pub(super) fn at<T: Copy + Default>(list: &[T], place: usize) -> T {
    list.get(place).copied().unwrap_or_default()
}

/// Puts a value in its place.
pub(super) fn put<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

impl Flow {
    /// A network of arcs with their room.
    pub(super) fn new(nodes: usize, arcs: &[(Arc, Room)]) -> Self {
        let mut begin = vec![0; nodes + 1];
        let (mut to, mut room) = (Vec::new(), Vec::new());
        let from = |edge: usize| {
            let (arc, _) = at(arcs, edge / 2);
            if edge.is_multiple_of(2) { arc.from } else { arc.to }
        };
        for (arc, Room { rise, fall }) in arcs {
            to.extend([arc.to, arc.from]);
            room.extend([*rise, *fall]);
        }
        for edge in 0..to.len() {
            let after = from(edge) + 1;
            let many = at(&begin, after) + 1;
            put(&mut begin, after, many);
        }
        for node in 0..nodes {
            let sum = at(&begin, node) + at(&begin, node + 1);
            put(&mut begin, node + 1, sum);
        }
        let mut filled = begin.clone();
        let mut edges = vec![0; to.len()];
        for edge in 0..to.len() {
            let place = at(&filled, from(edge));
            put(&mut edges, place, edge);
            put(&mut filled, from(edge), place + 1);
        }
        Self { to, room, edges, begin, level: vec![FAR; nodes], next: vec![0; nodes] }
    }

    /// How far the number of an arc may still fall by itself: its number, less the least it may be.
    pub(super) fn above_least(&self, arc: usize) -> i64 {
        at(&self.room, 2 * arc + 1)
    }

    /// Makes the number of an arc greater by as much as the others allow and at most the limit; says
    /// by how much.
    pub(super) fn raise(&mut self, arc: usize, limit: i64) -> i64 {
        self.turn(2 * arc, limit)
    }

    /// Makes the number of an arc smaller, as [`raise`](Self::raise) makes it greater.
    pub(super) fn lower(&mut self, arc: usize, limit: i64) -> i64 {
        self.turn(2 * arc + 1, limit)
    }

    /// Sends through one edge what finds a way back round.
    fn turn(&mut self, edge: usize, limit: i64) -> i64 {
        let (along, against) = (at(&self.room, edge), at(&self.room, edge ^ 1));
        let (to, from) = (at(&self.to, edge), at(&self.to, edge ^ 1));
        put(&mut self.room, edge, 0);
        put(&mut self.room, edge ^ 1, 0);
        let sent = self.push(to, from, along.min(limit));
        put(&mut self.room, edge, along - sent);
        put(&mut self.room, edge ^ 1, against + sent);
        sent
    }

    /// Sends as much as there is room for from one node to another, up to a limit.
    pub(super) fn push(&mut self, from: usize, to: usize, limit: i64) -> i64 {
        let mut sent = 0;
        while sent < limit && self.find_levels(from, to) {
            self.next.clone_from(&self.begin);
            loop {
                let more = self.walk(from, to, limit - sent);
                sent += more;
                if more == 0 || sent == limit {
                    break;
                }
            }
        }
        sent
    }

    /// How many edges each node is away, over edges with room; whether the end can be reached.
    fn find_levels(&mut self, from: usize, to: usize) -> bool {
        self.level.fill(FAR);
        put(&mut self.level, from, 0);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            let level = at(&self.level, node) + 1;
            for place in at(&self.begin, node)..at(&self.begin, node + 1) {
                let edge = at(&self.edges, place);
                let reached = at(&self.to, edge);
                if at(&self.room, edge) > 0 && at(&self.level, reached) == FAR {
                    put(&mut self.level, reached, level);
                    if reached == to {
                        // All nodes nearer than the end have their level.
                        return true;
                    }
                    queue.push_back(reached);
                }
            }
        }
        false
    }

    /// One way down the levels, and what is sent along it.
    fn walk(&mut self, from: usize, to: usize, limit: i64) -> i64 {
        let mut path: Vec<usize> = Vec::new();
        let mut node = from;
        while node != to {
            let place = at(&self.next, node);
            if place == at(&self.begin, node + 1) {
                // A dead end: step back, and do not come again.
                let Some(edge) = path.pop() else { return 0 };
                node = at(&self.to, edge ^ 1);
                let tried = at(&self.next, node) + 1;
                put(&mut self.next, node, tried);
                continue;
            }
            let edge = at(&self.edges, place);
            let reached = at(&self.to, edge);
            if at(&self.room, edge) > 0 && at(&self.level, reached) == at(&self.level, node) + 1 {
                path.push(edge);
                node = reached;
            } else {
                put(&mut self.next, node, place + 1);
            }
        }
        let sent = path.iter().map(|edge| at(&self.room, *edge)).fold(limit, i64::min);
        for edge in path {
            let (along, against) = (at(&self.room, edge) - sent, at(&self.room, edge ^ 1) + sent);
            put(&mut self.room, edge, along);
            put(&mut self.room, edge ^ 1, against);
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two by two: rows leave node 0 and 1, columns are 2 and 3.
    fn square(numbers: [i64; 4]) -> Flow {
        let ends = [(0, 2), (0, 3), (1, 2), (1, 3)];
        let arcs: Vec<(Arc, Room)> = ends
            .iter()
            .zip(numbers)
            .map(|((from, to), fall)| (Arc { from: *from, to: *to }, Room { rise: 1_000, fall }))
            .collect();
        Flow::new(4, &arcs)
    }

    #[test]
    fn a_cell_rises_as_far_as_its_neighbours_fall() {
        let mut flow = square([3, 40, 17, 900]);
        assert_eq!(flow.raise(0, i64::MAX), 17);
        assert_eq!(flow.above_least(0), 20);
        assert_eq!(flow.lower(0, i64::MAX), 20);
        assert_eq!(flow.above_least(0), 0);
    }

    #[test]
    fn a_limit_is_kept() {
        let mut flow = square([3, 40, 17, 900]);
        assert_eq!(flow.raise(0, 5), 5);
        assert_eq!(flow.lower(3, 2), 2);
    }

    #[test]
    fn a_lone_arc_cannot_move() {
        let arc = (Arc { from: 0, to: 1 }, Room { rise: 9, fall: 9 });
        assert_eq!(Flow::new(2, &[arc]).raise(0, 9), 0);
    }
}
