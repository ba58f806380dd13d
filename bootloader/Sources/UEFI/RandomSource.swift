// Random numbers: the firmware's generator (UEFI specification 2.10, section 37.5) and the
// processor's (Intel SDM volume 1, section 7.3.17).

import CUEFI

/// The firmware's random number generator.
public struct RandomSource {
  private static let getRNG: UInt64 = 8

  private let interface: FirmwareObject

  /// The generator; nil when the firmware has none.
  public init?(_ services: BootServices) {
    guard let found = try? services.firstInterface(.random) else { return nil }
    interface = found
  }

  /// Fills a buffer by the firmware's default algorithm.
  ///
  /// - Throws: What the firmware says when it has no randomness to give.
  public func fill(_ buffer: inout MutableRawSpan) throws(FirmwareFailure) {
    let count = UInt64(buffer.byteCount)
    // SAFETY: no algorithm is named; the firmware writes `count` bytes, the length of the buffer.
    let status = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe interface.unsafeCall(
        Self.getRNG, interface.address, 0, count, UInt64(UInt(bitPattern: bytes.baseAddress)))
    }
    guard !status.isError else { throw FirmwareFailure(status) }
  }
}
