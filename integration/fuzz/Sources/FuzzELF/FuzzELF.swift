// Fuzzes lib-elf: parses the input as a program and as a kernel, checks the promises of the plan
// anew, and loads every segment. It must not repeat the parser's own checks.

import Bytes
import ELF
import FuzzSupport

/// Runs one input through the parser with both windows.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    for window in [ELFLimits.program.addresses, ELFLimits.kernel.addresses] {
      // Small images only: the memory of each is allocated.
      let limits = ELFLimits(addresses: window, maximumImageSize: 0x10_0000)
      guard let image = try? ELFImage(input, limits: limits) else { continue }
      checkPlan(image, fileSize: input.byteCount)
      checkRelocations(image)
      load(image, window: window)
    }
  }
}

private func checkPlan(_ image: borrowing ELFImage, fileSize: Int) {
  var end = image.pages.lowerBound
  var holdsEntry = false
  for index in image.segments.indices {
    let segment = image.segments[index]
    precondition(segment.pages.lowerBound >= end, "segments share a page")
    precondition(segment.fileOffset + segment.fileSize <= fileSize, "bytes outside the file")
    precondition(UInt64(segment.fileSize) <= segment.memorySize, "more bytes than memory")
    precondition(!(segment.rights.isWritable && segment.rights.isExecutable), "W and X")
    end = segment.pages.upperBound
    holdsEntry = holdsEntry || segment.rights.isExecutable && segment.pages.contains(image.entry)
  }
  precondition(end == image.pages.upperBound && holdsEntry, "image without end or entry")
}

private func checkRelocations(_ image: borrowing ELFImage) {
  var relocations = image.relocations
  var count = 0
  do {
    while let relocation = try relocations.next() {
      precondition(image.pages.contains(relocation.target), "target outside the image")
      precondition(relocation.addend <= image.pages.upperBound, "value outside the image")
      count += 1
    }
  } catch {
    preconditionFailure("a relocation is refused after the image was accepted")
  }
  precondition(count == image.relocations.count, "relocations were left out")
}

/// Loads every segment whole, and its first and last page again by themselves.
private func load(_ image: borrowing ELFImage, window: Range<UInt64>) {
  let base = image.kind == .fixed ? image.pages.lowerBound : window.lowerBound
  guard let bias = try? image.bias(base: base) else { return }
  for index in image.segments.indices {
    let pages = image.segments[index].pages
    let whole = memory(image, pages, bias)
    let first = memory(image, pages.lowerBound..<(pages.lowerBound + 4096), bias)
    let last = memory(image, (pages.upperBound - 4096)..<pages.upperBound, bias)
    precondition(whole.starts(with: first), "first page differs")
    precondition(whole.suffix(4096).elementsEqual(last), "last page differs")
  }
}

private func memory(
  _ image: borrowing ELFImage, _ addresses: Range<UInt64>, _ bias: UInt64
) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xEE, count: Int(addresses.upperBound - addresses.lowerBound))
  var span = bytes.mutableSpan
  var raw = span.mutableRawBytes
  do {
    try image.load(into: &raw, address: addresses.lowerBound, bias: bias)
  } catch {
    preconditionFailure("the pages of a segment cannot be loaded")
  }
  return bytes
}
