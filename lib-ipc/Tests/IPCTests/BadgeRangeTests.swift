// A face has the badges between its first and its last, and no other face has them.

import CapABI
import IPC
import Testing

struct BadgeRangeTests {
  @Test func `a range has its ends and what lies between`() {
    let range = BadgeRange(4, through: 6)
    let found = (UInt64(0)...8).filter { range.contains(Badge(rawValue: $0)) }
    #expect(found == [4, 5, 6])
  }

  @Test func `faces follow one another and none has the badge of the unbadged`() {
    let faces: [BadgeRange] = [
      .publicFace, .controlFace, .providerFace, .interruptFace, .supervisorFace,
    ]
    for (face, next) in zip(faces, faces.dropFirst()) { #expect(face.last < next.first) }
    #expect(!faces.contains { $0.contains(.none) })
  }
}
