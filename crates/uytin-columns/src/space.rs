//! Memory for the rows of a table and for its result: on Linux in huge pages where there are any, as the first touch of every
//! small page takes time.

use std::sync::{Arc, OnceLock};

use arrow_buffer::Buffer;
use bytemuck::Pod;

/// So many cells, all zero at first.
pub(crate) struct Space<C> {
    #[cfg(target_os = "linux")]
    map: Option<memmap2::MmapMut>,
    /// Where there is no map.
    cells: Vec<C>,
}

impl<C: Pod> Space<C> {
    #[cfg(target_os = "linux")]
    pub(crate) fn new(len: usize) -> Self {
        use memmap2::{Advice, MmapMut};

        /// Below, a map is not worth its call.
        const LEAST: usize = 1 << 22;
        let bytes = len.saturating_mul(size_of::<C>());
        let map = (bytes >= LEAST).then(|| MmapMut::map_anon(bytes).ok()).flatten();
        // Without huge pages it is as slow as other memory, and as good.
        let _ = map.as_ref().map(|map| map.advise(Advice::HugePage));
        let cells = if map.is_some() { Vec::new() } else { vec![C::zeroed(); len] };
        Self { map, cells }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new(len: usize) -> Self {
        Self { cells: vec![C::zeroed(); len] }
    }

    pub(crate) fn cells(&mut self) -> &mut [C] {
        #[cfg(target_os = "linux")]
        if let Some(map) = &mut self.map {
            return bytemuck::try_cast_slice_mut(map).unwrap_or_default();
        }
        &mut self.cells
    }
}

impl Space<u64> {
    /// All of it as a buffer of columns.
    fn into_buffer(self) -> Buffer {
        #[cfg(target_os = "linux")]
        if let Some(map) = self.map {
            return bytes::Bytes::from_owner(map).into();
        }
        Buffer::from_vec(self.cells)
    }
}

/// Memory for the columns of several batches, which is theirs as soon as it is closed.
#[derive(Default)]
pub(crate) struct Arena {
    space: Option<Space<u64>>,
    used: usize,
    closed: Closed,
}

/// The memory that an [`Arena`] has lent, once that is closed.
pub(crate) type Closed = Arc<OnceLock<Buffer>>;

impl Arena {
    /// 16 MiB: of what is not touched nothing is taken.
    const WORDS: usize = 1 << 21;
    /// A batch that is smaller has memory of its own.
    const LEAST: usize = 1 << 15;

    /// Lends so many words, and says where they will be among those of the closed memory.
    pub(crate) fn lend(&mut self, words: usize) -> (&mut [u64], usize, Closed) {
        if self.space.as_mut().is_none_or(|space| space.cells().len() < self.used + words) {
            self.close();
            self.space = Some(Space::new(if words < Self::LEAST { words } else { words.max(Self::WORDS) }));
        }
        let from = self.used;
        self.used += words;
        let space = self.space.as_mut().map(Space::cells).unwrap_or_default();
        (space.get_mut(from..self.used).unwrap_or_default(), from, self.closed.clone())
    }

    /// Closes what was lent.
    pub(crate) fn close(&mut self) {
        let Self { space, closed, .. } = std::mem::take(self);
        if let Some(space) = space {
            closed.get_or_init(|| space.into_buffer());
        }
    }
}
