"""GenHashName: the hash behind blob names, ``std::hash<std::string>`` of a 64-bit libc++ (data-plane 3.3, Appendix A).

That is CityHash64 in its form 1.0. The letters are those of the appendix: sums and products are modulo 2^64, ``L(i)`` are eight
bytes at ``i`` in little endian.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable

_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F
_K3 = 0xC949D7C7509E6557
_M = 0x9DDFEA08EB382D69
_MASK = 2**64 - 1
_EIGHT_BYTES = struct.Struct("<Q").unpack_from
_FOUR_BYTES = struct.Struct("<I").unpack_from


def gen_hash_name(path: str) -> str:
    """The hash of a device path, as 16 digits in lower-case hex."""
    return f"{city_hash64(os.fsencode(path)):016x}"


def city_hash64(data: bytes) -> int:
    """The hash of ``data``, from 0 to 2^64 - 1."""
    size = len(data)
    for limit, of_size in _BY_SIZE:
        if size <= limit:
            return of_size(data, size) & _MASK
    return _long(data, size) & _MASK


def _of_nothing(_data: bytes, _n: int) -> int:
    return _K2


def _up_to_3(s: bytes, n: int) -> int:
    y = s[0] + 256 * s[n // 2]
    z = n + 4 * s[-1]
    return _q((y * _K2 ^ z * _K3) & _MASK) * _K2


def _up_to_8(s: bytes, n: int) -> int:
    low: int = _FOUR_BYTES(s)[0]
    high: int = _FOUR_BYTES(s, n - 4)[0]
    return _h(n + (low << 3 & 0xFFFFFFFF), high)


def _up_to_16(s: bytes, n: int) -> int:
    b = _l(s, n - 8)
    return _h(_l(s, 0), _r(b + n, n)) ^ b


def _up_to_32(s: bytes, n: int) -> int:
    a, b, c, d = _l(s, 0) * _K1, _l(s, 8), _l(s, n - 8) * _K2, _l(s, n - 16) * _K0
    return _h(_r(a - b, 43) + _r(c, 30) + d, a + _r(b ^ _K3, 20) - c + n)


def _up_to_64(s: bytes, n: int) -> int:
    v1, v2 = _p(_l(s, 0) + _K0 * (n + _l(s, n - 16)), _l(s, 24), _l(s, 8), _l(s, 16))
    w1, w2 = _p(_l(s, 16) + _l(s, n - 32), _l(s, 24) + _l(s, n - 8), _l(s, n - 24), _l(s, n - 16))
    r = _q(((v1 + w2) * _K2 + (w1 + v2) * _K0) & _MASK)
    return _q((r * _K0 + v2) & _MASK) * _K2


def _long(s: bytes, n: int) -> int:
    x, y = _l(s, n - 40), _l(s, n - 16) + _l(s, n - 56)
    z = _h(_l(s, n - 48) + n, _l(s, n - 24))
    v1, v2 = _w(s, n - 64, n, z)
    w1, w2 = _w(s, n - 32, y + _K1, x)
    x = x * _K1 + _l(s, 0)
    for i in range(0, (n - 1) & ~63, 64):
        x = _K1 * _r(x + y + v1 + _l(s, i + 8), 37)
        y = _K1 * _r(y + v2 + _l(s, i + 48), 42)
        x ^= w2
        y += v1 + _l(s, i + 40)
        z = _K1 * _r(z + w1, 33)
        v1, v2 = _w(s, i, v2 * _K1, x + w1)
        w1, w2 = _w(s, i + 32, z + w2, y + _l(s, i + 16))
        x, z = z, x
    return _h(_h(v1, w1) + _K1 * _q(y & _MASK) + z, _h(v2, w2) + x)


def _l(s: bytes, i: int) -> int:
    value: int = _EIGHT_BYTES(s, i)[0]
    return value


def _r(value: int, k: int) -> int:
    value &= _MASK
    return (value >> k | value << (64 - k)) & _MASK


def _q(value: int) -> int:
    return value ^ value >> 47


def _h(u: int, v: int) -> int:
    a = _q(((u ^ v) & _MASK) * _M & _MASK)
    b = _q(((v & _MASK) ^ a) * _M & _MASK)
    return b * _M & _MASK


def _p(a: int, z: int, p: int, q: int) -> tuple[int, int]:
    b, c = _r(a + z, 52), _r(a, 37)
    a += p
    c += _r(a, 7)
    a += q
    return (a + z) & _MASK, (b + _r(a, 31) + c) & _MASK


def _w(s: bytes, i: int, a: int, b: int) -> tuple[int, int]:
    last = _l(s, i + 24)
    a += _l(s, i)
    b = _r(b + a + last, 21)
    c = a
    a += _l(s, i + 8) + _l(s, i + 16)
    b += _r(a, 44)
    return (a + last) & _MASK, (b + c) & _MASK


_BY_SIZE: tuple[tuple[int, Callable[[bytes, int], int]], ...] = (
    (0, _of_nothing),
    (3, _up_to_3),
    (8, _up_to_8),
    (16, _up_to_16),
    (32, _up_to_32),
    (64, _up_to_64),
)
