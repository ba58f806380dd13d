// Step 3 and what a verified image offers.

import BootImg
import Bytes
import Testing

struct VerifiedBootImageTests {
  private static let keys = [SampleImage.trustedKey()]

  @Test func `every changed payload is noticed`() throws {
    let valid = try SampleImage()
    var starts: [Int] = []
    do {
      let view = try UnverifiedBootImage(parsing: valid.bytes.span.rawBytes)
      for index in 0..<view.sectionCount { starts.append(view.entry(at: index)?.offset ?? 0) }
    }
    #expect(starts.count == 8)
    for (index, start) in starts.enumerated() {
      #expect(
        valid.flipping(start).verifyError() == .hashMismatch(section: index, offset: start))
    }
  }

  @Test func `sections carry what was written`() throws {
    try withVerified(SampleImage()) { image in
      for (index, expected) in SampleImage.fullSections.enumerated() {
        guard let section = image.section(at: index) else {
          Issue.record("section \(index) is missing")
          continue
        }
        let entry = section.entry
        #expect(entry.family == expected.family)
        #expect(entry.role == expected.role)
        #expect(entry.name.length == expected.name.utf8.count)
        #expect(entry.offset % 4096 == 0)
        let isSame = section.payload.hasSameBytes(as: expected.payload.span.rawBytes)
        #expect(isSame)
      }
    }
  }

  @Test func `the manifest and the signer are known`() throws {
    try withVerified(SampleImage()) { image in
      let version = image.manifest.imageVersion
      #expect(version == 5)
      let keyID = image.keyID
      #expect(keyID == Self.keys[0].id)
      let count = image.sectionCount
      #expect(count == 8)
    }
  }

  @Test(arguments: [-1, 8, Int.min, Int.max])
  func `there is no section outside the table`(index: Int) throws {
    try withVerified(SampleImage()) { image in
      let exists = image.section(at: index) != nil
      #expect(!exists)
    }
  }

  @Test func `sections are found by family and role`() throws {
    try withVerified(SampleImage()) { image in
      let firstService = image.first(.earlyService)?.entry.role
      #expect(firstService == 2)
      let service = image.first(.earlyService, role: 3)?.entry.role
      #expect(service == 3)
      let driver = image.first(.driver, role: 0x81)?.payload.byteCount
      #expect(driver == 2)
      let kernel = try image.required(.kernel).payload.byteCount
      #expect(kernel == 5000)
    }
  }

  @Test func `the family belongs to the search by role`() throws {
    try withVerified(SampleImage()) { image in
      let exists = image.first(.earlyService, role: 0x81) != nil
      #expect(!exists)
    }
  }

  @Test func `a required section that is absent is named`() throws {
    try withVerified(SampleImage([.bootConfig])) { image in
      #expect(throws: BootImageError.missing(.kernel)) { _ = try image.required(.kernel) }
    }
  }

  @Test func `the steps can be taken one by one`() throws {
    let image = try SampleImage()
    let policy = AcceptancePolicy(
      keys: Self.keys.span, profiles: SampleImage.allProfiles, minimumVersion: 1)
    let parsed = try UnverifiedBootImage(parsing: image.bytes.span.rawBytes)
    let authenticated = try parsed.authenticated(by: policy)
    let verified = try authenticated.verified()
    let manifests = (parsed.manifest, authenticated.manifest, verified.manifest)
    #expect(manifests.0 == manifests.1)
    #expect(manifests.1 == manifests.2)
  }

  private func withVerified(
    _ image: SampleImage, _ body: (borrowing VerifiedBootImage) throws -> Void
  ) throws {
    let policy = AcceptancePolicy(
      keys: Self.keys.span, profiles: SampleImage.allProfiles, minimumVersion: 1)
    try body(VerifiedBootImage(verifying: image.bytes.span.rawBytes, by: policy))
  }
}
