// One entry of the program header table (gABI chapter 5, "Program Header"), not yet checked.

import Bytes

/// The fields of a program header as they are in the file.
///
/// The physical address is left out: nothing here uses it.
struct ProgramHeader {
  static let size = 56

  let type: UInt32
  let flags: UInt32
  let offset: UInt64
  let address: UInt64
  let fileSize: UInt64
  let memorySize: UInt64
  let alignment: UInt64

  init(_ bytes: RawSpan, at start: Int) throws(ELFError) {
    type = try bytes.field(at: start)
    flags = try bytes.field(at: start + 4)
    offset = try bytes.field(at: start + 8)
    address = try bytes.field(at: start + 16)
    fileSize = try bytes.field(at: start + 32)
    memorySize = try bytes.field(at: start + 40)
    alignment = try bytes.field(at: start + 48)
  }

  /// Types this library acts on or knows to be harmless.
  enum Kind: UInt32 {
    case null = 0
    case load = 1
    case dynamic = 2
    case interpreter = 3
    case note = 4
    case headers = 6
    case threadLocal = 7
    case ehFrame = 0x6474_E550
    case stack = 0x6474_E551
    case relro = 0x6474_E552
    case property = 0x6474_E553
  }

  static let execute: UInt32 = 1
  static let write: UInt32 = 2
  static let read: UInt32 = 4
}
