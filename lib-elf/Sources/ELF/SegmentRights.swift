// The access rights of a segment. There is no case for memory that is writable and executable.

/// What a program may do with the memory of a segment.
///
/// W^X holds by construction: no value allows both writing and executing.
public enum SegmentRights: UInt8, Equatable, Sendable {
  /// Constants.
  case read = 0
  /// Data.
  case readWrite = 1
  /// Code.
  case readExecute = 2

  /// Whether stores are allowed.
  public var isWritable: Bool { self == .readWrite }
  /// Whether instructions may be fetched.
  public var isExecutable: Bool { self == .readExecute }
}
