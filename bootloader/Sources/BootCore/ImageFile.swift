// The boot image in memory: read once, and from then on the only copy, so that what was verified
// is what is used.

import BootImg
import Bytes
import Handoff

/// The boot image's file in a block of its own.
struct ImageFile<Machine: Firmware>: ~Copyable {
  private var block: Machine.Block
  private let size: Int

  /// Reads the file.
  ///
  /// - Throws: `BootError.fileMissing`, `fileUnreadable`, `fileTooLarge`, `fileTruncated`,
  ///   `outOfMemory`; `image` for an empty file.
  init(from machine: inout Machine) throws(BootError) {
    let size = try Self.size(machine: &machine)
    var block = try machine.take(bytes: size, alignment: AddressSpace.largePage)
    var memory = block.mutableBytes()
    // The block has whole pages, at least as many as the file needs.
    var part = memory._mutatingExtracting(0..<size)
    do { try machine.readImage(into: &part) } catch {
      throw error == .endOfFile ? .fileTruncated : .fileUnreadable(status: error.status)
    }
    self.size = size
    self.block = block
  }

  /// The bytes of the file.
  var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get { block.bytes.extracting(0..<size) }
  }

  /// The pages that hold the file.
  var pages: PageRange { block.pages }

  private static func size(machine: inout Machine) throws(BootError) -> Int {
    let size: UInt64
    do { size = try machine.imageSize() } catch {
      throw error == .notFound ? .fileMissing : .fileUnreadable(status: error.status)
    }
    let limit = UInt64(BootImageLayout.maximumFileSize)
    guard size <= limit else { throw .fileTooLarge(size: size, limit: limit) }
    guard size > 0 else { throw .image(.truncated(needed: 1, available: 0)) }
    return Int(size)
  }
}
