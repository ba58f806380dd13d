// The ring of bytes against an array.

import Store
import StoreTesting
import Testing

struct ByteRingTests {
  private func bytes(_ span: RawSpan) -> [UInt8] {
    // SAFETY: every index is below the count of the span.
    (0..<span.byteCount).map { unsafe span.unsafeLoad(fromUncheckedByteOffset: $0, as: UInt8.self) }
  }

  private func append(_ bytes: [UInt8], _ ring: inout ByteRing) -> Int {
    // SAFETY: the bytes of an array of bytes are all initialised, and the array outlives the call.
    unsafe ring.append(bytes.span.bytes)
  }

  @Test func `a new ring is empty and counts from its number`() {
    let ring = ByteRing(in: .allocated(16), from: 100)
    #expect(ring.isEmpty && ring.room == 16 && ring.first == 100 && ring.next == 100)
    let run = bytes(ring.run(atMost: 10))
    #expect(run.isEmpty)
    #expect(ring[100] == nil && ring[99] == nil)
  }

  @Test func `a full ring takes nothing and overwrites nothing`() {
    var ring = ByteRing(in: .allocated(16))
    let more = [UInt8](0..<20)
    let taken = append(more, &ring)
    #expect(taken == 16 && ring.room == 0)
    let fits = ring.append(99)
    #expect(!fits && ring[0] == 0 && ring[15] == 15 && ring[16] == nil)
    ring.forget(before: 1)
    let fitsNow = ring.append(99)
    #expect(fitsNow && ring[0] == nil && ring[16] == 99)
  }

  @Test func `a region without bytes holds none`() {
    var ring = ByteRing(in: .allocated(0))
    let fits = ring.append(1)
    #expect(!fits && ring.room == 0 && ring.isEmpty)
    let run = bytes(ring.run(atMost: 1))
    #expect(run.isEmpty)
  }

  @Test func `forgetting goes neither back nor behind the end`() {
    var ring = ByteRing(in: .allocated(16))
    for byte in 0..<8 as Range<UInt8> { ring.append(byte) }
    ring.forget(before: 3)
    ring.forget(before: 1)
    #expect(ring.first == 3 && ring.count == 5)
    ring.forget(before: 100)
    #expect(ring.isEmpty && ring.first == 8)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `it is a queue`(_ seed: UInt64) {
    var generator = Seeded(state: seed)
    var ring = ByteRing(in: .allocated(16 * Int(seed)), from: seed << 40)
    var model: [UInt8] = []
    for step in 0..<2000 {
      if generator.next() % 2 == 0 {
        let more = (0..<Int(generator.next() % 24)).map { UInt8(truncatingIfNeeded: $0 + step) }
        let taken = append(more, &ring)
        #expect(taken == min(more.count, ring.capacity - model.count))
        model += more.prefix(taken)
      } else {
        let run = bytes(ring.run(atMost: Int(generator.next() % 20)))
        #expect(run == Array(model.prefix(run.count)))
        ring.forget(before: ring.first + UInt64(run.count))
        model.removeFirst(run.count)
      }
      #expect(ring.count == model.count && ring[ring.first] == model.first)
      let all = bytes(ring.run(atMost: .max))
      #expect(all.isEmpty == model.isEmpty)
    }
  }
}
