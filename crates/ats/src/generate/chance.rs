//! Chance that can be repeated: the same seed gives the same numbers on every machine. Not for secrets.

/// SplitMix64, after Steele, Lea and Flood (2014): the published constants, and nothing to keep but one number.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, and without, `end`; 0 if that is nothing.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.number() % end as u64) as usize }
    }

    /// From `start` up to, and without, `end`; `start` if that is nothing.
    pub fn between(&mut self, start: i64, end: i64) -> i64 {
        if end <= start { start } else { start + (self.number() % (end - start) as u64) as i64 }
    }

    /// So many times in a hundred.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// The place of one of these weights, as often as it weighs.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if at < *weight {
                return place;
            }
            at -= weight;
        }
        0
    }

    /// An id: a UUID of version 4, as all of Lever's are.
    pub fn id(&mut self) -> String {
        let bytes = [self.number().to_le_bytes(), self.number().to_le_bytes()].concat();
        uuid::Builder::from_random_bytes(bytes.try_into().unwrap_or_default()).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_numbers_as_published() {
        let mut chance = Chance::new(1_234_567);
        assert_eq!([chance.number(), chance.number()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        assert_eq!(Chance::new(1).id(), Chance::new(1).id());
        assert_ne!(Chance::new(1).id(), Chance::new(2).id());
        let mut chance = Chance::new(5);
        let shares = (0..10_000).fold([0; 3], |mut n, _| {
            n[chance.weighted(&[1, 0, 9])] += 1;
            n
        });
        assert!(shares[1] == 0 && (800..1200).contains(&shares[0]), "{shares:?}");
    }
}
