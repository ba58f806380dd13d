// Fuzzes the conversion of executables to firmware applications: every accepted input must give a
// file whose sections and base relocations are in bounds. It must not know how the writer works.

import FuzzSupport
import PEImage

/// Converts one input and walks the result.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let file = try? PEWriter.convert(input) else { return }
    precondition(file.count.isMultiple(of: 512), "length is not aligned")
    precondition((try? PEWriter.convert(input)) == file, "not deterministic")
    checkSections(file)
    checkRelocations(file)
  }
}

/// The little-endian number of `size` bytes at `offset`.
private func number(_ file: [UInt8], _ offset: Int, _ size: Int) -> Int {
  (0..<size).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
}

private func checkSections(_ file: [UInt8]) {
  var address = 0x1000
  var offset = number(file, 148, 4)
  for index in 0..<number(file, 70, 2) {
    let header = 328 + 40 * index
    let rawSize = number(file, header + 16, 4)
    precondition(number(file, header + 12, 4) >= address, "sections overlap")
    address = number(file, header + 12, 4) + number(file, header + 8, 4)
    precondition(rawSize == 0 || number(file, header + 20, 4) == offset, "gap in the file")
    precondition(number(file, header + 36, 4) & 0xA000_0000 != 0xA000_0000, "W and X")
    offset += rawSize
  }
  precondition(offset == file.count, "bytes after the last section")
  precondition(address <= number(file, 144, 4), "image is larger than announced")
}

private func checkRelocations(_ file: [UInt8]) {
  let header = 328 + 40 * (number(file, 70, 2) - 1)
  var offset = number(file, header + 20, 4)
  let end = offset + number(file, header + 8, 4)
  var previous = -1
  while offset < end {
    let size = number(file, offset + 4, 4)
    precondition(size >= 12 && size.isMultiple(of: 4) && size <= end - offset, "block size")
    for entry in stride(from: offset + 8, to: offset + size, by: 2) {
      let value = number(file, entry, 2)
      guard value != 0 else { continue }
      let target = number(file, offset, 4) + (value & 0xFFF)
      precondition(value >> 12 == 10 && target > previous, "relocations out of order")
      previous = target
    }
    offset += size
  }
}
