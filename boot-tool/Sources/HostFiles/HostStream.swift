// Text for the standard streams. Unlike Foundation's file handles, which end the process when a
// stream is closed or full, this gives an error.

import Glibc

/// A stream that the process was started with.
public enum HostStream: Int32, Sendable {
  /// Standard output.
  case output = 1
  /// Standard error.
  case error = 2

  /// Writes all of a text.
  ///
  /// - Throws: `FileError`; part of the text may have been written then.
  public func write(_ text: String) throws(FileError) {
    let bytes = Array(text.utf8)
    guard HostFile.writeAll(bytes.span, to: rawValue) else { throw FileError(.write) }
  }
}
