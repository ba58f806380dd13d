// Status codes of the firmware: UEFI specification 2.10, appendix D. An open set: firmware may
// return codes of its own.

/// What a firmware function returned.
public struct Status: RawRepresentable, Equatable, Sendable {
  /// The code; the top bit is set for errors.
  public let rawValue: UInt64

  /// Any code, known or not.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The image cannot be started.
  public static let loadError = error(1)
  /// A parameter was wrong; from ExitBootServices: the memory map is not the current one.
  public static let invalidParameter = error(2)
  /// The buffer is too small; its size parameter says what is needed.
  public static let bufferTooSmall = error(5)
  /// No such file, protocol or table.
  public static let notFound = error(14)
  /// The file ended before what was asked for.
  public static let endOfFile = error(31)

  /// Whether the function failed; warnings count as success.
  public var isError: Bool { rawValue >> 63 != 0 }

  private static func error(_ code: UInt64) -> Status { Status(rawValue: 1 << 63 | code) }
}

/// A firmware call that failed.
public struct FirmwareFailure: Error, Equatable, Sendable {
  /// What the function returned.
  public let status: Status

  /// A failure with this status.
  public init(_ status: Status) {
    self.status = status
  }
}
