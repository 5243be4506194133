"""The floor: add up every byte of the input columns once, eight at a time, with NumPy. No engine can be faster than reading its input."""

import numpy as np

from common import read_table


def load(path, policy, is_sorted):
    """The buffers of all columns, copied into memory."""
    table = read_table(path)
    arrays = [chunk.indices if hasattr(chunk, "indices") else chunk for name in table.column_names for chunk in table[name].chunks]
    buffers = [b for array in arrays for b in array.buffers()[: 3] if b is not None]
    return table.num_rows, [np.frombuffer(b, dtype=np.uint8)[: b.size // 8 * 8].copy().view(np.uint64) for b in buffers]


def score(data, policy, as_of):
    """The sum of all buffers."""
    return sum(int(b.sum()) for b in data[1])


def rows(data):
    """Number of input rows."""
    return data[0]


def subjects(result):
    """The floor scores nobody."""
    return 0
