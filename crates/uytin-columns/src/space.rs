//! Memory for the rows of a table: on Linux in huge pages where there are any, as the first touch of every small page takes
//! time.

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
