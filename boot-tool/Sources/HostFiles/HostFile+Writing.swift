// The steps of an atomic write: temporary file in the same folder, data to the disk, name.

import Glibc

extension HostFile {
  /// Writes a temporary file beside `path` and lets `publish` give it its name.
  ///
  /// `publish` moves the temporary file, whose path it gets, or returns false with `errno` set.
  static func write(
    _ path: String, _ contents: Span<UInt8>, mode: mode_t, publish: (String) -> Bool
  ) throws(FileError) {
    let signals = blockSignals()
    defer { restore(signals) }
    let temporary = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    // SAFETY: the path is a zero-terminated string that lives during the call. O_EXCL makes the
    // file ours alone, and its mode holds from the first moment.
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw FileError(.create) }
    var error: FileError?
    if !writeAll(contents, to: file) || fsync(file) != 0 { error = FileError(.write) }
    if close(file) != 0, error == nil { error = FileError(.write) }
    if error == nil, !publish(temporary) { error = FileError(.publish) }
    guard let error else { return }
    remove(temporary)
    throw error
  }

  /// Writes all bytes; false with `errno` set when the system refuses.
  static func writeAll(_ contents: Span<UInt8>, to file: Int32) -> Bool {
    // SAFETY: the pointer does not leave the closure.
    unsafe contents.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        // SAFETY: `written` is below the length of the buffer (loop condition).
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        // SAFETY: the kernel reads at most `count` bytes of a buffer of `count` bytes.
        let count = unsafe Glibc.write(file, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }

  /// Defers the signals by which a user or a limit on file sizes ends a program.
  ///
  /// While SIGXFSZ is deferred, a write beyond the limit fails with `EFBIG`.
  ///
  /// - Returns: What was deferred before.
  private static func blockSignals() -> sigset_t {
    var ending = sigset_t()
    var previous = sigset_t()
    // SAFETY: both sets are local variables and the calls keep no pointer to them.
    unsafe sigemptyset(&ending)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ] {
      // SAFETY: the set was initialised above, and the signal numbers are the system's own.
      unsafe sigaddset(&ending, signal)
    }
    // SAFETY: one set is read and the other written during the call; neither is kept.
    unsafe pthread_sigmask(SIG_BLOCK, &ending, &previous)
    return previous
  }

  private static func restore(_ signals: sigset_t) {
    var signals = signals
    // SAFETY: the set is a local copy of what pthread_sigmask gave; no old set is asked for.
    unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
  }
}
