"""Prints CryptoTests/EdgeCaseVectors.swift: keys and signatures decided by a rule.

    python3 edge_cases.py > CryptoTests/EdgeCaseVectors.swift

Everything is computed with Python integers from the formulas of RFC 8032 section 5.1; the output
never changes. `rule` is the error that docs/reference/crypto.md section 5 prescribes, or nil for
accepted.
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square:
        return None
    return x if x & 1 == sign else -x % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return (x % P, y % P)


def multiple(scalar, point):
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number(value):
    return value.to_bytes(32, "little")


def challenge(r, a, message):
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


BASE = (recover_x(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)
# A point of order 8: L times a point outside the prime-order subgroup.
ORDER8 = next(
    point
    for point in (multiple(L, (recover_x(y, 0), y)) for y in range(2, 50) if recover_x(y, 0))
    if multiple(4, point) != IDENTITY
)
KEY = 0x1234567890ABCDEF1234567890ABCDEF1234567890ABCDEF % L
NONCE = 0x0FEDCBA987654321 * 7**60 % L
A = multiple(KEY, BASE)
R = multiple(NONCE, BASE)
MESSAGE = b"EriX"


def signature(r, a, message=MESSAGE, secret=KEY, nonce=NONCE):
    return r + number((nonce + challenge(r, a, message) * secret) % L)


def signature_cases():
    a, r = encode(A), encode(R)
    good = signature(r, a)
    s = int.from_bytes(good[32:], "little")
    yield "an honest signature", a, good, MESSAGE, None
    yield (
        "S + L: the same scalar modulo L, a second signature without the key",
        a,
        r + number(s + L),
        MESSAGE,
        "scalarOutOfRange",
    )
    yield "S = L: zero in another form", a, r + number(L), MESSAGE, "scalarOutOfRange"
    yield (
        "S = L - 1: the largest scalar, in range and wrong",
        a,
        r + number(L - 1),
        MESSAGE,
        "mismatch",
    )
    yield (
        "S = 2^256 - 1: out of range in every bit",
        a,
        r + number(2**256 - 1),
        MESSAGE,
        "scalarOutOfRange",
    )
    yield "S = 0: in range and wrong", a, r + number(0), MESSAGE, "mismatch"
    yield "S of another message", a, signature(r, a, b"other"), MESSAGE, "mismatch"

    one = number(1)
    yield (
        "R = identity with the nonce 0: the equation holds, and R is canonical",
        a,
        signature(one, a, nonce=0),
        MESSAGE,
        None,
    )
    yield (
        "R = identity as y = p + 1: only who decodes R without a range check accepts",
        a,
        signature(number(P + 1), a, nonce=0),
        MESSAGE,
        "nonCanonicalR",
    )
    negative = number(1 | 1 << 255)
    yield (
        "R = identity with the sign bit set, -0: only who ignores the sign of x = 0 accepts",
        a,
        signature(negative, a, nonce=0),
        MESSAGE,
        "nonCanonicalR",
    )
    yield (
        "R = (0, -1) with the sign bit set, the other -0",
        a,
        number(P - 1 | 1 << 255) + good[32:],
        MESSAGE,
        "nonCanonicalR",
    )
    yield "R with y = p, zero in another form", a, number(P) + good[32:], MESSAGE, "nonCanonicalR"
    off = next(y for y in range(2, 50) if recover_x(y, 0) is None)
    yield "R with a y that no point has", a, number(off) + good[32:], MESSAGE, "rNotOnCurve"
    flipped = encode((-R[0] % P, R[1]))
    yield (
        "R negated: a point, and not the expected one",
        a,
        flipped + good[32:],
        MESSAGE,
        "mismatch",
    )

    tainted = encode(add(R, ORDER8))
    yield (
        "R + T with T of order 8: the cofactored equation holds, ours does not",
        a,
        signature(tainted, a),
        MESSAGE,
        "mismatch",
    )
    mixed = encode(add(A, ORDER8))
    messages = [b"mixed %d" % i for i in range(64)]
    bad = next(m for m in messages if challenge(r, mixed, m) % 8 != 0)
    lucky = next(m for m in messages if challenge(r, mixed, m) % 8 == 0)
    yield (
        "key A + T, k not divisible by 8: the cofactored equation holds, ours does not",
        mixed,
        signature(r, mixed, bad),
        bad,
        "mismatch",
    )
    yield (
        "key A + T, k divisible by 8: [k]T vanishes, both equations hold",
        mixed,
        signature(r, mixed, lucky),
        lucky,
        None,
    )
    both = encode(add(R, multiple(4, ORDER8)))
    order2 = encode(add(A, multiple(4, ORDER8)))
    odd = next(m for m in messages if challenge(both, order2, m) % 2 == 1)
    yield (
        "R + T and key A + T, T of order 2, k odd: the torsion cancels, both hold",
        order2,
        signature(both, order2, odd),
        odd,
        None,
    )


def key_cases():
    for i in range(8):
        point = multiple(i, ORDER8)
        order = next(n for n in (1, 2, 4, 8) if multiple(n, point) == IDENTITY)
        yield f"order {order}: {i} times the point of order 8", encode(point), "smallOrderKey"
    yield "the identity with the sign bit set: -0", number(1 | 1 << 255), "nonCanonicalKey"
    yield "(0, -1) with the sign bit set: the other -0", number(P - 1 | 1 << 255), "nonCanonicalKey"
    for extra in range(19):
        for sign in (0, 1):
            name = f"y = p + {extra}" + (" with the sign bit" if sign else "")
            yield (
                name + ": below 2^255, stands for y = %d" % extra,
                number(P + extra | sign << 255),
                "nonCanonicalKey",
            )
    for y in [y for y in range(2, 20) if recover_x(y, 0) is None][:4]:
        yield f"y = {y}: (y^2 - 1) / (d y^2 + 1) is not a square", number(y), "keyNotOnCurve"
    largest = next(y for y in range(P - 2, 0, -1) if recover_x(y, 0) is not None)
    yield "the point with the largest y above 2: the upper limit", number(largest), None
    yield "the base point", encode(BASE), None
    yield (
        "a point of mixed order: its signatures are decided by the equation",
        encode(add(A, ORDER8)),
        None,
    )


def swift(rule):
    return "nil" if rule is None else "." + rule


print("""// Keys and signatures that strict verification decides by rule. TABLE
//
// GENERATED by ../edge_cases.py, which says how each is made; the names say why each is there.

import Crypto

/// A public key and what decoding it must say.
struct KeyCase: Sendable {
  let name: String
  let key: String
  let rule: Ed25519Error?
}

/// A signature and what verifying it must say.
struct SignatureCase: Sendable {
  let name: String
  let key: String
  let signature: String
  let message: String
  let rule: Ed25519Error?
}

let keyCases: [KeyCase] = [""")
for name, key, rule in key_cases():
    print(f'  KeyCase(\n    name: "{name}",\n    key: "{key.hex()}",\n    rule: {swift(rule)}),')
print("]\n\nlet signatureCases: [SignatureCase] = [")
for name, key, sig, message, rule in signature_cases():
    print(f'  SignatureCase(\n    name: "{name}",\n    key: "{key.hex()}",')
    print(f'    signature: """\n      {sig.hex()[:64]}\\\n      {sig.hex()[64:]}\n      """,')
    print(f'    message: "{message.hex()}", rule: {swift(rule)}),')
print("]")
