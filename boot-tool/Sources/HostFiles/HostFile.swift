// Whole-file reading and atomic writing. The only place of boot-tool that talks to the system
// through pointers; it knows nothing about what the files contain.

public import Glibc

/// Operations on whole files.
public enum HostFile {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes to read.
  /// - Returns: The whole contents.
  /// - Throws: `FileError`; with `EFBIG` when the file is longer than `limit`.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    // SAFETY: Swift passes `path` as a zero-terminated string that lives during the call.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(.open) }
    defer { close(file) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    // An array that grows leaves its old contents behind. A key file never grows past this.
    contents.reserveCapacity(min(limit, chunk.count))
    // The file may be a private key: the copy in this buffer must not outlive the call.
    defer { for index in chunk.indices { chunk[index] = 0 } }
    while true {
      // SAFETY: the kernel writes at most `count` bytes into a buffer of `count` bytes.
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(.read) }
      guard count > 0 else { return contents }
      guard count <= limit - contents.count else { throw FileError(.read, code: EFBIG) }
      contents += chunk[..<count]
    }
  }

  /// Writes a file so that its name always leads to the whole old or the whole new contents.
  ///
  /// Interruptions by SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGXFSZ take effect when the work is
  /// done or undone. Only a regular file is replaced: a device node would be lost, and a symbolic
  /// link would be replaced where the user expects its target to be.
  ///
  /// - Throws: `FileError`, with `replace` when `path` names something else than a regular file;
  ///   what was there is unchanged then, and nothing is left behind.
  public static func replace(
    _ path: String, with contents: Span<UInt8>, mode: mode_t = 0o666
  ) throws(FileError) {
    guard isReplaceable(path) else { throw FileError(.replace, code: EEXIST) }
    try write(path, contents, mode: mode) { temporary in
      // SAFETY: both paths are zero-terminated strings that live during the call.
      unsafe rename(temporary, path) == 0
    }
  }

  /// Whether the name is free or leads to a regular file itself, not through a symbolic link.
  ///
  /// The check guards against mistakes, not against somebody who changes the folder meanwhile.
  private static func isReplaceable(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is zero-terminated, and the call fills a local variable; neither is kept.
    let result = unsafe lstat(path, &status)
    // Where nothing can be looked up, creating the temporary file gives the better reason.
    guard result == 0 else { return true }
    return status.st_mode & S_IFMT == S_IFREG
  }

  /// Writes a file that must not exist yet, as `replace` does.
  ///
  /// - Throws: `FileError`; `EEXIST` when there is a file of that name, which stays as it is.
  public static func create(
    _ path: String, with contents: Span<UInt8>, mode: mode_t
  ) throws(FileError) {
    try write(path, contents, mode: mode) { temporary in
      // A hard link, unlike a rename, never replaces what is there.
      // SAFETY: both paths are zero-terminated strings that live during the call.
      guard unsafe link(temporary, path) == 0 else { return false }
      remove(temporary)
      return true
    }
  }

  /// Removes a file if it is there.
  public static func remove(_ path: String) {
    // SAFETY: the path is a zero-terminated string that lives during the call.
    _ = unsafe unlink(path)
  }
}
