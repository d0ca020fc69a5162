"""Ways to damage a result file. Each takes its bytes and a random.Random, and returns other bytes."""

import ctypes
import io
import struct

import h5py
import numpy

TRAILER = 32  # "ULAMEND1", the length of the HDF5 data before it, and their 128-bit hash
PAGE = 512


class Hash(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


xxhash = ctypes.CDLL("libxxhash.so.0").XXH3_128bits
xxhash.restype = Hash
xxhash.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def seal(data):
    """HDF5 data with the trailer of a whole file, as if nothing had happened to them."""
    proof = xxhash(data, len(data))
    return data + b"ULAMEND1" + struct.pack("<Q", len(data)) + struct.pack(">QQ", proof.high, proof.low)


def cut(data, rng):
    return data[:rng.randrange(len(data))]


def flip_a_bit(data, rng):
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def flip_bits(data, rng):
    for _ in range(rng.randrange(2, 100)):
        data = flip_a_bit(data, rng)
    return data


def swap_bytes(data, rng):
    changed = bytearray(data)
    i, j = rng.randrange(len(data)), rng.randrange(len(data))
    changed[i], changed[j] = changed[j], changed[i]
    return bytes(changed)


def replace_page(data, rng, page):
    start = rng.randrange(0, len(data), PAGE)
    length = min(PAGE, len(data) - start)
    return data[:start] + page[:length] + data[start + length:]


def zero_a_page(data, rng):
    return replace_page(data, rng, bytes(PAGE))


def fill_a_page(data, rng):
    return replace_page(data, rng, rng.randbytes(PAGE))


def repeat_a_page(data, rng):
    start = rng.randrange(0, len(data) - PAGE, PAGE)
    return replace_page(data, rng, data[start:start + PAGE])


def insert_bytes(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.choice((1, 8, PAGE))) + data[at:]


def remove_bytes(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 8, PAGE)):]


def append_garbage(data, rng):
    return data + rng.choice((b"\n", bytes(4096), rng.randbytes(100), data[-TRAILER:], data))


def spoil_the_trailer(data, rng):
    at = len(data) - TRAILER + rng.randrange(TRAILER)
    return data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1:]


BLIND = (cut, flip_a_bit, flip_bits, swap_bytes, zero_a_page, fill_a_page, repeat_a_page, insert_bytes, remove_bytes,
         append_garbage, spoil_the_trailer)
MUTE = (flip_a_bit, flip_bits, swap_bytes, zero_a_page, fill_a_page, repeat_a_page)


def blindly(data, rng, number):
    """One of the accidents of disks and file systems, and what it was; never nothing."""
    kind = BLIND[number % len(BLIND)]
    while (damaged := kind(data, rng)) == data:
        pass
    return kind.__name__, damaged


def replace_dataset(group, name, values):
    del group[name]
    group.create_dataset(name, data=values)


def change_state(file, rng):
    values = file["state/bytes"][...]
    kind = rng.choice(("bit", "byte", "word", "cut", "longer", "noise"))
    at = rng.randrange(values.size)
    if kind == "bit":
        values[at] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        values[at] = rng.choice((0, 1, 127, 128, 255))
    elif kind == "word":
        word = struct.pack("<Q", rng.choice((0, 1, 2**31, 2**32, 2**60, 2**63 - 1, 2**63, 2**64 - 1)))
        at -= at % 8
        values[at:at + 8] = numpy.frombuffer(word, numpy.uint8)[:values.size - at]
    elif kind == "cut":
        values = values[:at]
    elif kind == "longer":
        values = numpy.append(values, numpy.frombuffer(rng.randbytes(at + 1), numpy.uint8))
    else:
        values[at:at + 64] = numpy.frombuffer(rng.randbytes(64), numpy.uint8)[:values.size - at]
    if values.size == file["state/bytes"].size:
        file["state/bytes"][...] = values
    else:
        replace_dataset(file["state"], "bytes", values)
    return f"state: {kind} at {at}"


def change_attribute(file, rng):
    owners = [file, file["points"], file["results"], *file["points"].values(), *file["results"].values()]
    owner, name = rng.choice([(owner, name) for owner in owners for name in owner.attrs if name.islower()])
    value = rng.choice((None, "", "nonsense", "a\nb\x1b[31m", -1, 2**63, 0.5, float("nan"), [1, 2, 3], ["x"] * 4))
    del owner.attrs[name]
    if isinstance(value, (str, list)) and value and not isinstance(value[0], int):
        value = numpy.array(value, "S")
    if value is not None:
        owner.attrs[name] = value
    return f"attribute {name} of {owner.name}: {value}"


def change_dataset(file, rng):
    group = file[rng.choice(("points", "results", "provenance"))]
    name = rng.choice(sorted(group))
    kind = rng.choice(("gone", "shorter", "longer", "text", "empty", "scalar", "noise", "a group"))
    old = group[name][...]
    if kind == "gone":
        del group[name]
    elif kind == "shorter":
        replace_dataset(group, name, old[:-1])
    elif kind == "longer":
        replace_dataset(group, name, numpy.concatenate([old, old]))
    elif kind == "text":
        replace_dataset(group, name, numpy.full(old.shape, b"text", "S4"))
    elif kind == "empty":
        replace_dataset(group, name, numpy.empty((0,)))
    elif kind == "scalar":
        replace_dataset(group, name, 1.0)
    elif kind == "a group":
        del group[name]
        group.create_group(name)
    else:
        replace_dataset(group, name, numpy.array([rng.choice((0, 2**64 - 1, 2**32)) for _ in range(old.size)],
                                                 numpy.uint64).reshape(old.shape))
    return f"{group.name}/{name}: {kind}"


def knowingly(data, rng, number, scratch):
    """A file whose hash fits, but whose content is another one, made with HDF5 itself; and what it was."""
    scratch.write_bytes(data[:-TRAILER])
    with h5py.File(scratch, "r+") as file:
        what = (change_state, change_state, change_attribute, change_dataset)[number % 4](file, rng)
    return what, seal(scratch.read_bytes())


def trusted(data):
    """Where strings of variable length lie: the heaps (signature, version, length) and the references into them. They
    have no checksum, and HDF5 trusts what it finds there: the hash of the file alone guards them."""
    spans = []
    with h5py.File(io.BytesIO(data)) as file:
        for dataset in (*file["points"].values(), *file["results"].values()):
            if dataset.dtype == object and dataset.id.get_offset():
                spans.append((dataset.id.get_offset(), dataset.id.get_offset() + dataset.id.get_storage_size()))
    start = data.find(b"GCOL\1")
    while start >= 0:
        spans.append((start, start + struct.unpack_from("<Q", data, start + 8)[0]))
        start = data.find(b"GCOL\1", start + 1)
    return spans


def beneath(data, rng, number):
    """Damage to HDF5's own structures, but for its strings of variable length, under a hash that fits."""
    data = data[:-TRAILER]
    kind = MUTE[number % len(MUTE)]
    spans = trusted(data)
    while True:
        damaged = kind(data, rng)
        if damaged != data and all(damaged[start:end] == data[start:end] for start, end in spans):
            return f"{kind.__name__}, sealed", seal(damaged)
