//! Memory for the rows of a table and for its result: on Linux in huge pages where there are any, as the first touch of every
//! small page takes time.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arrow_buffer::Buffer;
use bytemuck::Pod;

/// So many cells, all zero at first.
pub(crate) struct Space<C> {
    /// Of whole huge pages, as others are not laid where those begin; the cells are the first ones of it.
    #[cfg(target_os = "linux")]
    map: Option<(memmap2::MmapMut, usize)>,
    /// Where there is no map.
    cells: Vec<C>,
}

impl<C: Pod> Space<C> {
    #[cfg(target_os = "linux")]
    pub(crate) fn new(len: usize) -> Self {
        use memmap2::{Advice, MmapMut};

        /// Below, a map is not worth its call.
        const HUGE_PAGE: usize = 1 << 21;
        let bytes = len.saturating_mul(size_of::<C>());
        let map = (bytes >= HUGE_PAGE).then(|| MmapMut::map_anon(bytes.next_multiple_of(HUGE_PAGE)).ok()).flatten();
        // Without huge pages it is as slow as other memory, and as good.
        let _ = map.as_ref().map(|map| map.advise(Advice::HugePage));
        let cells = if map.is_some() { Vec::new() } else { vec![C::zeroed(); len] };
        Self { map: map.map(|map| (map, len)), cells }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new(len: usize) -> Self {
        Self { cells: vec![C::zeroed(); len] }
    }

    pub(crate) fn cells(&self) -> &[C] {
        #[cfg(target_os = "linux")]
        if let Some((map, len)) = &self.map {
            return map.get(..len * size_of::<C>()).and_then(|bytes| bytemuck::try_cast_slice(bytes).ok()).unwrap_or_default();
        }
        &self.cells
    }

    pub(crate) fn cells_mut(&mut self) -> &mut [C] {
        #[cfg(target_os = "linux")]
        if let Some((map, len)) = &mut self.map {
            return map.get_mut(..*len * size_of::<C>()).and_then(|bytes| bytemuck::try_cast_slice_mut(bytes).ok()).unwrap_or_default();
        }
        &mut self.cells
    }
}

impl Space<u64> {
    /// All of it as a buffer of columns.
    fn into_buffer(self) -> Buffer {
        #[cfg(target_os = "linux")]
        if let Some((map, _)) = self.map {
            return bytes::Bytes::from_owner(map).into();
        }
        Buffer::from_vec(self.cells)
    }
}

/// Memory that has had its use, for others: they need not touch fresh one.
#[derive(Clone, Default)]
pub(crate) struct Used(Arc<Mutex<Vec<Space<u64>>>>);

impl Used {
    /// Leaves memory to others; what is no map is freed.
    pub(crate) fn give<C>(&self, space: Space<C>) {
        #[cfg(target_os = "linux")]
        if let Some((map, _)) = space.map {
            let len = map.len() / size_of::<u64>();
            self.all().push(Space { map: Some((map, len)), cells: Vec::new() });
        }
        #[cfg(not(target_os = "linux"))]
        drop(space);
    }

    /// At least so many words, if there are any; they hold anything.
    fn take(&self, words: usize) -> Option<Space<u64>> {
        let mut all = self.all();
        let place = all.iter().position(|space| space.cells().len() >= words)?;
        Some(all.swap_remove(place))
    }

    fn all(&self) -> MutexGuard<'_, Vec<Space<u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Memory for the columns of several batches, which is theirs as soon as it is closed.
#[derive(Default)]
pub(crate) struct Arena {
    /// Where to take memory from.
    from: Option<Used>,
    space: Option<Space<u64>>,
    used: usize,
    closed: Closed,
}

/// The memory that an [`Arena`] has lent, once that is closed.
pub(crate) type Closed = Arc<OnceLock<Buffer>>;

impl Arena {
    /// Words of fresh memory: of what is not touched nothing is taken.
    const WORDS: usize = 1 << 21;
    /// The same where others have done with theirs soon.
    const FEW_WORDS: usize = 1 << 19;
    /// A batch that is smaller has memory of its own.
    const LEAST: usize = 1 << 15;

    /// Takes memory from there, as long as there is any.
    pub(crate) fn new(from: Option<Used>) -> Self {
        Self { from, ..Self::default() }
    }

    /// Lends so many words, to be written, and says where they will be among those of the closed memory.
    pub(crate) fn lend(&mut self, words: usize) -> (&mut [u64], usize, Closed) {
        if self.space.as_ref().is_none_or(|space| space.cells().len() < self.used + words) {
            self.close();
            self.space = Some(match &self.from {
                _ if words < Self::LEAST => Space::new(words),
                Some(used) => used.take(words).unwrap_or_else(|| Space::new(words.max(Self::FEW_WORDS))),
                None => Space::new(words.max(Self::WORDS)),
            });
        }
        let from = self.used;
        self.used += words;
        let space = self.space.as_mut().map(Space::cells_mut).unwrap_or_default();
        (space.get_mut(from..self.used).unwrap_or_default(), from, self.closed.clone())
    }

    /// Closes what was lent.
    pub(crate) fn close(&mut self) {
        let next = Self::new(self.from.clone());
        let Self { space, closed, .. } = std::mem::replace(self, next);
        if let Some(space) = space {
            closed.get_or_init(|| space.into_buffer());
        }
    }
}

/// What tasks work with, kept for those that follow: fresh memory takes time.
pub(crate) struct Spare<T>(Mutex<Vec<T>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Spare<T> {
    /// Lends one that is not lent yet, or a new one.
    pub(crate) fn lend<R>(&self, new: impl FnOnce() -> T, task: impl FnOnce(&mut T) -> R) -> R {
        let all = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all().pop();
        let mut one = kept.unwrap_or_else(new);
        let result = task(&mut one);
        all().push(one);
        result
    }

    /// Does this with each of those that are not lent.
    pub(crate) fn each(&self, task: impl FnMut(&mut T)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().for_each(task);
    }
}
