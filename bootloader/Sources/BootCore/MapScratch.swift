// Memory for the firmware's map and for the regions made of it, taken once: asking for memory later
// would change the very map.

import Bytes
import Handoff

/// The last memory map and room to work on it.
struct MapScratch<Machine: Firmware>: ~Copyable {
  /// Most regions that a handoff can describe.
  private static var maximumRegions: Int { 4096 }

  private var descriptors: Machine.Block
  private var records: Machine.Block
  private var answer = MemoryMapAnswer(isComplete: false, byteCount: 0, key: 0, descriptorSize: 0)

  /// Asks how large the map is and takes memory for it, with room for `slack` more regions.
  ///
  /// - Throws: `BootError.memoryMap`, `outOfMemory`.
  init(_ machine: inout Machine, slack: Int) throws(BootError) {
    var nothing = InlineArray<8, UInt8>(repeating: 0)
    var empty = nothing.mutableSpan
    var buffer = empty.mutableRawBytes
    let answer: MemoryMapAnswer
    do { answer = try machine.memoryMap(into: &buffer) } catch {
      throw .memoryMap(.unavailable(status: error.status))
    }
    let size = answer.descriptorSize
    guard size >= MemoryMap.minimumDescriptorSize, size <= MemoryMap.maximumDescriptorSize else {
      throw .memoryMap(.descriptorSize(size))
    }
    let count = answer.byteCount / size
    guard count <= UInt64(Self.maximumRegions) else {
      throw .memoryMap(.tooManyRegions(limit: Self.maximumRegions))
    }
    // At most 4160 descriptors of at most 4096 bytes.
    let capacity = Int(count) + slack
    let descriptors = try machine.take(bytes: capacity * Int(size))
    let records = try machine.take(bytes: capacity * RegionTable.recordSize)
    self.descriptors = descriptors
    self.records = records
  }

  /// How many regions a handoff may need room for.
  var capacity: Int {
    min(records.bytes.byteCount / RegionTable.recordSize, Self.maximumRegions)
  }

  /// Takes the current map.
  ///
  /// - Returns: The key of this state of the map.
  /// - Throws: `BootError.memoryMap`.
  mutating func refresh(from machine: inout Machine) throws(BootError) -> UInt64 {
    var buffer = descriptors.mutableBytes()
    let available = UInt64(buffer.byteCount)
    do { answer = try machine.memoryMap(into: &buffer) } catch {
      throw .memoryMap(.unavailable(status: error.status))
    }
    guard answer.isComplete, answer.byteCount <= available else {
      throw .memoryMap(.grew(needed: answer.byteCount, available: available))
    }
    return answer.key
  }

  /// The regions of the last map.
  ///
  /// - Throws: `BootError.memoryMap`.
  @_lifetime(&self)
  mutating func regions() throws(BootError) -> RegionTable {
    var table = RegionTable(records.mutableBytes())
    // `refresh` bounded the count by the length of the buffer.
    let map = descriptors.bytes.extracting(0..<Int(answer.byteCount))
    do {
      try MemoryMap.decode(map, descriptorSize: answer.descriptorSize, into: &table)
    } catch {
      throw .memoryMap(error)
    }
    return table
  }
}

extension Firmware {
  /// Takes whole pages for so many bytes, at any place.
  ///
  /// - Throws: `BootError.outOfMemory`.
  mutating func take(bytes: Int, alignment: UInt64 = PageRange.pageSize) throws(BootError) -> Block
  {
    let pageSize = Int(PageRange.pageSize)
    let pages = bytes / pageSize + (bytes.isMultiple(of: pageSize) ? 0 : 1)
    do { return try allocate(pages: pages, alignment: alignment) } catch {
      throw .outOfMemory(pages: pages, status: error.status)
    }
  }
}

extension MemoryBlock where Self: ~Copyable {
  /// The pages of the block.
  var pages: PageRange {
    PageRange(base: base, pageCount: UInt64(bytes.byteCount) / PageRange.pageSize)
  }
}
