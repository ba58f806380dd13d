// The errors of the tool as the user sees them. Unlike the libraries' errors they carry text: this
// is where errors become text.

import BootImg
import HostFiles
import ImageDescription
import PEImage

/// Why a command failed.
enum ToolError: Error, Equatable {
  /// The command line is wrong.
  case usage(String)
  /// A file is wrong, or cannot be read or written.
  case file(String, offset: Int?, reason: String)

  /// What a file operation failed with.
  init(_ path: String, _ error: FileError) {
    self = .file(path, offset: nil, reason: error.reason)
  }

  /// What is wrong with a boot image, and where.
  init(_ path: String, _ error: BootImageError, layout: BootImageLayout? = nil) {
    self = .file(path, offset: error.offset(in: layout), reason: error.reason)
  }

  /// What is wrong with a JSON text or a boot configuration, and where.
  init(_ path: String, _ error: DescriptionError) {
    guard case .syntax(let offset, let problem) = error else {
      self = .file(path, offset: nil, reason: error.description)
      return
    }
    self = .file(path, offset: offset, reason: problem.rawValue)
  }

  /// What is wrong with a file that is to become an application, and where.
  init(_ path: String, _ error: PEImageError) {
    self = .file(path, offset: error.offset, reason: error.reason)
  }

  /// The exit code of the process.
  var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .file: 1
    }
  }

  /// The line for standard error.
  func message(command: String) -> String {
    switch self {
    case .usage(let text):
      "boot-tool: \(command): \(text); see boot-tool \(command) --help\n"
    case .file(let path, let offset?, let reason):
      "boot-tool: \(path): at \(offset): \(reason)\n"
    case .file(let path, nil, let reason): "boot-tool: \(path): \(reason)\n"
    }
  }
}
