// The boot services of the fake machine. Each notes when it is called although it must not be.

public import BootCore
import Bytes
public import Handoff

extension FakeMachine {
  private func check(_ call: String) {
    if record.isLeaving { record.violations.append("\(call) while leaving") }
  }

  /// The claimed or true size of the file.
  public mutating func imageSize() throws(FirmwareError) -> UInt64 {
    check("imageSize")
    if let sizeFailure { throw sizeFailure }
    guard let file else { throw .notFound }
    return claimedSize ?? UInt64(file.count)
  }

  /// Copies the file.
  public mutating func readImage(into buffer: inout MutableRawSpan) throws(FirmwareError) {
    check("readImage")
    if let readFailure { throw readFailure }
    guard let file, file.count >= buffer.byteCount else { throw .endOfFile }
    do {
      try buffer.copy(file.span.rawBytes.extracting(0..<buffer.byteCount), at: 0)
    } catch {
      throw .endOfFile
    }
  }

  /// Takes memory upwards from `nextFree`.
  public mutating func allocate(pages: Int, alignment: UInt64) throws(FirmwareError) -> FakeBlock {
    check("allocate")
    guard allocations > 0, pages > 0, pages <= allocationLimit else {
      throw FirmwareError(status: 1 << 63 | 9)
    }
    allocations -= 1
    let base = (nextFree + alignment - 1) / alignment * alignment
    nextFree = base + UInt64(pages) * 4096
    return FakeBlock(base: base, byteCount: pages * 4096, record: record)
  }

  /// Gives the chosen map.
  public mutating func memoryMap(
    into buffer: inout MutableRawSpan
  ) throws(FirmwareError) -> MemoryMapAnswer {
    if record.hasLeft { record.violations.append("memoryMap after the end of boot services") }
    record.mapCount += 1
    if let mapFailure { throw mapFailure }
    let map = rawMap ?? encodedMap()
    let fits = map.count <= buffer.byteCount
    if fits { try? buffer.copy(map.span.rawBytes, at: 0) }
    return MemoryMapAnswer(
      isComplete: fits, byteCount: UInt64(map.count), key: UInt64(record.mapCount),
      descriptorSize: descriptorSize)
  }

  /// The chosen surroundings.
  public mutating func surroundings() -> Surroundings {
    check("surroundings")
    return knownSurroundings
  }

  /// The chosen seed.
  public mutating func entropy() -> Entropy {
    check("entropy")
    return seed
  }

  /// Fails as often as chosen, then ends the boot services for the key of the last map.
  public mutating func exitBootServices(mapKey: UInt64) throws(FirmwareError) {
    record.isLeaving = true
    if !exitFailures.isEmpty { throw exitFailures.removeFirst() }
    guard mapKey == UInt64(record.mapCount) else { throw .invalidParameter }
    record.hasLeft = true
  }

  /// The regions as descriptors.
  private func encodedMap() -> [UInt8] {
    var all = regions
    if let late = lateRegions, record.mapCount >= late.from { all += late.regions }
    var map: [UInt8] = []
    for region in all {
      var entry = [UInt8](repeating: 0, count: Int(descriptorSize))
      var span = entry.mutableSpan
      var bytes = span.mutableRawBytes
      try? bytes.store(region.type, at: 0)
      try? bytes.store(region.base, at: 8)
      try? bytes.store(region.pages, at: 24)
      try? bytes.store(region.attributes, at: 32)
      map += entry
    }
    return map
  }
}
