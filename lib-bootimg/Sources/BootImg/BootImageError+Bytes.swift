// Turns bounds errors of the byte layer into this format's errors.

import Bytes

extension BootImageError {
  /// The format error that a bounds error means while an image is read or written.
  init(_ error: BytesError) {
    switch error {
    case .truncated(let offset, let needed, let available):
      self = .truncated(
        needed: Self.sum(offset, needed), available: Self.sum(offset, available))
    case .full(let offset, let needed, let available):
      self = .wrongBufferSize(
        found: Int(clamping: Self.sum(offset, available)),
        needed: Int(clamping: Self.sum(offset, needed)))
    case .nonzero(let offset): self = .nonzeroReserved(offset: offset)
    case .trailing(_, let count): self = .trailing(count: UInt64(clamping: count))
    }
  }

  /// The end of a range; both parts are not negative, so the sum fits into 64 bits unsigned.
  private static func sum(_ offset: Int, _ count: Int) -> UInt64 {
    UInt64(clamping: offset) + UInt64(clamping: count)
  }
}
