// Random bytes from the system, for new keys.

public import Bytes
import Glibc

/// The system's source of randomness.
public enum HostRandom {
  /// 32 unpredictable bytes from getentropy(3), which glibc takes from getrandom(2).
  ///
  /// Waits until the system's source is initialised.
  ///
  /// - Throws: `FileError` when the system gives none.
  public static func seed() throws(FileError) -> FixedBytes<32> {
    var seed = FixedBytes<32>()
    var span = seed.mutableSpan
    // SAFETY: the call fills exactly `count` bytes of a buffer of `count` bytes, or none.
    let result = unsafe span.withUnsafeMutableBytes { buffer in
      unsafe getentropy(buffer.baseAddress, buffer.count)
    }
    guard result == 0 else { throw FileError(.random) }
    return seed
  }
}
