// What goes wrong with files: which call failed, and the system's reason.

import Glibc

/// A failed operation on a file.
public struct FileError: Error, Equatable, Sendable {
  /// What was being done.
  public enum Operation: String, Sendable {
    /// Opening for reading.
    case open
    /// Reading.
    case read
    /// Creating the temporary file beside the wanted one.
    case create
    /// Replacing what has the wanted name and is not a regular file.
    case replace
    /// Writing, or bringing the written data to the disk.
    case write
    /// Giving the finished file its name.
    case publish
    /// Getting random bytes.
    case random
  }

  /// What was being done.
  public let operation: Operation
  /// The system's error number; `EFBIG` also for a file above the caller's limit, `EEXIST`
  /// for `replace`.
  public let code: Int32

  /// An error of the given operation with the system's last error number.
  init(_ operation: Operation, code: Int32 = errno) {
    self.operation = operation
    self.code = code
  }

  /// The operation and the system's text for the error.
  public var reason: String {
    guard operation != .replace else { return "cannot replace: not a regular file" }
    // SAFETY: strerror returns a zero-terminated string for every number; it is copied at once,
    // and glibc keeps it valid until the next call in this thread.
    return unsafe "cannot \(operation.rawValue): \(String(cString: strerror(code)))"
  }
}
