// Compares what the library says about a file with what readelf says.

import Bytes
import ELF
import ELFTesting
import Foundation
import Testing

/// Checks that `file` is classified as readelf's output demands and, when it is accepted, that the
/// load plan and the relocations are the ones readelf prints.
///
/// - Returns: The refusal, nil for an accepted file.
@discardableResult
func expectAgreement(
  _ file: URL, in folder: URL, limits: ELFLimits, _ comment: Comment
) throws -> ELFError? {
  let printed = try Readelf(file: file, in: folder)
  let bytes = [UInt8](try Data(contentsOf: file))
  let refusal = Sample(bytes: bytes).refusal(limits: limits)
  #expect(refusal == printed.expectedRefusal(limits: limits), comment)
  guard refusal == nil else { return refusal }
  let image = try ELFImage(bytes.span.rawBytes, limits: limits)
  #expect(image.entry == printed.entry, comment)
  #expect((image.kind == .positionIndependent) == printed.isPositionIndependent, comment)
  expectSegments(image, printed, comment)
  try expectRelocations(image, printed, comment)
  let relro = printed.headers.first { $0.type == "GNU_RELRO" }
  #expect(image.readOnlyAfterRelocation == relro.map { $0.firstPage..<$0.end }, comment)
  return nil
}

private func expectSegments(
  _ image: borrowing ELFImage, _ printed: Readelf, _ comment: Comment
) {
  let count = image.segments.count
  #expect(count == printed.segments.count, comment)
  for index in 0..<min(count, printed.segments.count) {
    let segment = image.segments[index]
    let expected = printed.segments[index]
    #expect(segment.address == expected.address, comment)
    #expect(UInt64(segment.fileOffset) == expected.offset, comment)
    #expect(UInt64(segment.fileSize) == expected.fileSize, comment)
    #expect(segment.memorySize == expected.memorySize, comment)
    #expect(segment.pages == expected.firstPage..<expected.endPage, comment)
    let rights: [String: SegmentRights] = [
      "R": .read, "RW": .readWrite, "RE": .readExecute,
    ]
    #expect(segment.rights == rights[expected.flags], comment)
  }
}

private func expectRelocations(
  _ image: borrowing ELFImage, _ printed: Readelf, _ comment: Comment
) throws {
  var found: [(UInt64, UInt64)] = []
  var relocations = image.relocations
  while let relocation = try relocations.next() {
    found.append((relocation.target, relocation.addend))
  }
  #expect(found.map { $0.0 } == printed.relocations.map { $0.target }, comment)
  #expect(found.map { $0.1 } == printed.relocations.map { $0.addend }, comment)
}
