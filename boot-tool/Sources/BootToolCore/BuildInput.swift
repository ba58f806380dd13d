// What build makes an image from: collected from the command line and the description file.

import BootImg
import Bytes
import CapABI
import ImageDescription

/// The input of a build.
struct BuildInput: Equatable {
  /// A section with the file its payload comes from.
  struct Section: Equatable {
    var family: SectionFamily
    /// 0 for families without roles.
    var role: UInt16
    var name: SectionName
    /// Absolute, or relative to the working folder.
    var path: String
  }

  /// A part of an image with the option and the key of the description file that name its file.
  struct Part: Sendable {
    /// On the command line.
    let option: String
    /// In the description file.
    let key: String
    /// The section that the file becomes.
    let family: SectionFamily
    /// The section's name; empty where each file comes with its own.
    let name: String
  }

  /// Parts that an image has at most once.
  static let singleParts = [
    Part(option: "--kernel", key: "kernel", family: .kernel, name: "kernel"),
    Part(option: "--root-task", key: "rootTask", family: .rootTask, name: "root-task"),
    Part(option: "--boot-config", key: "bootConfig", family: .bootConfig, name: "boot-config"),
  ]
  /// Parts of which an image has any number.
  static let listedParts = [
    Part(option: "--service", key: "services", family: .earlyService, name: ""),
    Part(option: "--driver", key: "drivers", family: .driver, name: ""),
    Part(option: "--blob", key: "blobs", family: .blob, name: ""),
  ]

  /// `nil` until one of the sources gives it, and an error when none does.
  var profile: BootProfile?
  /// Likewise; the format refuses 0.
  var imageVersion: UInt64?
  /// `nil` for the hash of the section table.
  var buildID: FixedBytes<32>?
  /// The private key's file; `nil` for an image without signature.
  var keyPath: String?
  /// In any order; single parts at most once, which the merging of sources sees to.
  var sections: [Section] = []

  /// Adds a section; the name of a service or driver is that of its role.
  mutating func add(_ family: SectionFamily, name: String, path: String) throws(Problem) {
    guard let sectionName = SectionName(text: name) else { throw .badName(name) }
    var role = RoleID.none
    if family.hasRole {
      guard let known = RoleID(text: name), known.isDriver == (family == .driver) else {
        throw .unknownRole(name, family)
      }
      role = known
    }
    sections.append(Section(family: family, role: role.rawValue, name: sectionName, path: path))
  }

  /// Whether there is a section of a family.
  func has(_ family: SectionFamily) -> Bool { sections.contains { $0.family == family } }

  /// The sections in the order of the section table.
  ///
  /// Duplicates end up side by side; the format refuses them.
  var orderedSections: [Section] {
    sections.sorted { first, second in
      (first.family.rawValue, first.role, first.name.text)
        < (second.family.rawValue, second.role, second.name.text)
    }
  }

  /// What can be wrong with a single input, wherever it comes from.
  enum Problem: Error, Equatable {
    /// Not a section name.
    case badName(String)
    /// No service or driver has this name.
    case unknownRole(String, SectionFamily)

    /// What is wrong, as part of a sentence.
    var reason: String {
      switch self {
      case .badName(let name): "'\(name)' is not a section name"
      case .unknownRole(let name, let family): "there is no \(family.text) '\(name)'"
      }
    }
  }
}
