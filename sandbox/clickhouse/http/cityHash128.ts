/**
 * CityHash128 in version 1.0.2, the checksum of ClickHouse's compressed blocks. Later versions of CityHash
 * return other values, and no maintained npm package contains this one.
 */

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const PAIR_MULTIPLIER = 0x9ddfea08eb382d69n;

type Pair = readonly [bigint, bigint];

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);
const rotate = (value: bigint, by: bigint): bigint => (value >> by) | u64(value << (64n - by));

function hashPair(low: bigint, high: bigint): bigint {
  const a = shiftMix(u64((low ^ high) * PAIR_MULTIPLIER));
  const b = shiftMix(u64((high ^ a) * PAIR_MULTIPLIER));
  return u64(b * PAIR_MULTIPLIER);
}

function hashShort(bytes: Buffer): bigint {
  const length = bytes.length;
  if (length > 8) {
    const a = bytes.readBigUInt64LE(0);
    const b = bytes.readBigUInt64LE(length - 8);
    return hashPair(a, rotate(u64(b + BigInt(length)), BigInt(length))) ^ b;
  }
  if (length >= 4) {
    const first = BigInt(bytes.readUInt32LE(0));
    return hashPair(BigInt(length) + (first << 3n), BigInt(bytes.readUInt32LE(length - 4)));
  }
  if (length === 0) return K2;
  const y = bytes.readUInt8(0) + (bytes.readUInt8(length >> 1) << 8);
  const z = length + (bytes.readUInt8(length - 1) << 2);
  return u64(shiftMix(u64(BigInt(y) * K2) ^ u64(BigInt(z) * K3)) * K2);
}

/** For fewer than 128 bytes. */
function murmur(bytes: Buffer, seed: Pair): Pair {
  const length = bytes.length;
  let [a, b] = seed;
  let c: bigint;
  let d: bigint;
  if (length <= 16) {
    a = u64(shiftMix(u64(a * K1)) * K1);
    c = u64(b * K1 + hashShort(bytes));
    d = shiftMix(u64(a + (length >= 8 ? bytes.readBigUInt64LE(0) : c)));
  } else {
    c = hashPair(u64(bytes.readBigUInt64LE(length - 8) + K1), a);
    d = hashPair(u64(b + BigInt(length)), u64(c + bytes.readBigUInt64LE(length - 16)));
    a = u64(a + d);
    for (let at = 0; at < length - 16; at += 16) {
      a = u64((a ^ u64(shiftMix(u64(bytes.readBigUInt64LE(at) * K1)) * K1)) * K1);
      b ^= a;
      c = u64((c ^ u64(shiftMix(u64(bytes.readBigUInt64LE(at + 8) * K1)) * K1)) * K1);
      d ^= c;
    }
  }
  a = hashPair(a, c);
  b = hashPair(d, b);
  return [a ^ b, hashPair(b, a)];
}

/** Hash of 32 bytes, weak on its own, used as part of a larger one. */
function hash32Bytes(bytes: Buffer, at: number, seedA: bigint, seedB: bigint): Pair {
  const [w, x, y, z] = [0, 8, 16, 24].map((offset) => bytes.readBigUInt64LE(at + offset)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const a = u64(seedA + w);
  const sum = u64(a + x + y);
  const b = u64(rotate(u64(seedB + a + z), 21n) + rotate(sum, 44n));
  return [u64(sum + z), u64(b + a)];
}

interface State {
  x: bigint;
  y: bigint;
  z: bigint;
  v: Pair;
  w: Pair;
}

function mix64Bytes(bytes: Buffer, at: number, state: State): void {
  const { v, w } = state;
  const word = (offset: number): bigint => bytes.readBigUInt64LE(at + offset);
  const x = u64(rotate(u64(state.x + state.y + v[0] + word(16)), 37n) * K1) ^ w[1];
  const y = u64(rotate(u64(state.y + v[1] + word(48)), 42n) * K1) ^ v[0];
  const z = rotate(state.z ^ w[0], 33n);
  state.v = hash32Bytes(bytes, at, u64(v[1] * K1), u64(x + w[0]));
  state.w = hash32Bytes(bytes, at + 32, u64(z + w[1]), y);
  // The next round uses them swapped.
  state.x = z;
  state.y = y;
  state.z = x;
}

function hashSeeded(bytes: Buffer, seed: Pair): Pair {
  const length = bytes.length;
  if (length < 128) return murmur(bytes, seed);
  const [low, high] = seed;
  const z0 = u64(BigInt(length) * K1);
  const v0 = u64(rotate(high ^ K1, 49n) * K1 + bytes.readBigUInt64LE(0));
  const state: State = {
    x: low,
    y: high,
    z: z0,
    v: [v0, u64(rotate(v0, 42n) * K1 + bytes.readBigUInt64LE(8))],
    w: [
      u64(rotate(u64(high + z0), 35n) * K1 + low),
      u64(rotate(u64(low + bytes.readBigUInt64LE(88)), 53n) * K1),
    ],
  };
  let at = 0;
  for (; length - at >= 128; at += 128) {
    mix64Bytes(bytes, at, state);
    mix64Bytes(bytes, at + 64, state);
  }
  return finish(bytes, length - at, state);
}

/** Mixes in the last bytes, from the end in steps of 32, and folds the state. */
function finish(bytes: Buffer, rest: number, state: State): Pair {
  let { v } = state;
  const { z } = state;
  let w0 = state.w[0];
  const w1 = state.w[1];
  let y = u64(state.y + rotate(w0, 37n) * K0 + z);
  let x = u64(state.x + rotate(u64(v[0] + z), 49n) * K0);
  for (let done = 0; done < rest; ) {
    done += 32;
    const at = bytes.length - done;
    y = u64(rotate(u64(y - x), 42n) * K0 + v[1]);
    w0 = u64(w0 + bytes.readBigUInt64LE(at + 16));
    x = u64(rotate(x, 49n) * K0 + w0);
    w0 = u64(w0 + v[0]);
    v = hash32Bytes(bytes, at, v[0], v[1]);
  }
  x = hashPair(x, v[0]);
  y = hashPair(y, w0);
  return [u64(hashPair(u64(x + v[1]), w1) + y), hashPair(u64(x + w1), u64(y + v[1]))];
}

/** The 16 bytes of the hash as ClickHouse writes them: low half first, each little-endian. */
export function cityHash128(bytes: Buffer): Buffer {
  const [low, high] = hash(bytes);
  const result = Buffer.alloc(16);
  result.writeBigUInt64LE(low, 0);
  result.writeBigUInt64LE(high, 8);
  return result;
}

function hash(bytes: Buffer): Pair {
  const length = bytes.length;
  if (length >= 16) {
    return hashSeeded(bytes.subarray(16), [bytes.readBigUInt64LE(0) ^ K3, bytes.readBigUInt64LE(8)]);
  }
  if (length >= 8) {
    const seed: Pair = [
      bytes.readBigUInt64LE(0) ^ u64(BigInt(length) * K0),
      bytes.readBigUInt64LE(length - 8) ^ K1,
    ];
    return hashSeeded(Buffer.alloc(0), seed);
  }
  return hashSeeded(bytes, [K0, K1]);
}
