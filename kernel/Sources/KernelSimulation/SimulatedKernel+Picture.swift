// What an observer sees of a simulated kernel: memory through the page tables in use, the early
// console, processes and threads, and the audit's findings.

public import CapABI
import KernelCore
import KernelMachine

/// A page as the processor finds it.
public struct MappedPage: Equatable, Sendable {
  /// Where the byte that was asked for is in RAM.
  public let physical: UInt64
  /// Whether user code may write.
  public let isWritable: Bool
  /// Bytes of the page, 4 KiB or 2 MiB.
  public let size: UInt64
}

/// A thread as an observer sees it.
public struct ThreadPicture: Sendable {
  /// Its id.
  public let id: UInt64
  /// The id of its process.
  public let process: UInt64
  /// What it does.
  public let state: String
  /// The id of the endpoint or notification that it waits at, or of the thread that owes it a
  /// reply; 0 for none.
  public let waitsFor: UInt64
}

/// A capability in a slot of a process.
public struct HeldCapability: Sendable {
  /// The process.
  public let process: UInt64
  /// The slot.
  public let slot: UInt32
  /// The capability's type.
  public let type: CapabilityType
  /// Its rights.
  public let rights: Rights
  /// Its badge.
  public let badge: UInt64
  /// The id of its object.
  public let object: UInt64
  /// The family of an endpoint; `generic` for everything else.
  public let family: EndpointKind
}

/// What an audit of the whole kernel found.
public struct KernelPicture: Sendable {
  /// What contradicts docs/reference/kernel-memory.md.
  public var problems: [String] = []
  /// The capabilities in the slots of all processes that are alive.
  public var capabilities: [HeldCapability] = []
  /// How many frames each process that is alive has mapped.
  public var mappings: [UInt64: Int] = [:]
  /// Free bytes of all pools together.
  public var freeBytes: UInt64 = 0
  /// How many objects of each kind there are.
  public var objects: [String: Int] = [:]
}

extension SimulatedKernel {
  /// The page at a user address of the running thread.
  public func page(at address: UInt64) -> MappedPage? {
    guard let found = Hardware.current.walk(address) else { return nil }
    return MappedPage(
      physical: found.entry.address.rawValue + (address & (found.pageSize - 1)),
      isWritable: found.entry.isWritable, size: found.pageSize)
  }

  /// Counts up whenever a mapping may have gone.
  public var invalidations: UInt64 { Hardware.current.invalidations }

  /// How the kernel ended the emulator; nil while it did not.
  public var exitCode: UInt8? { Hardware.current.exitCode }

  /// What was shown on the early console since the last time.
  public func takeShown() -> [UInt8] {
    let shown = Hardware.current.shown
    Hardware.current.shown = []
    return shown
  }

  /// The ids of the processes that are alive.
  public var processes: [UInt64] {
    var found: [UInt64] = []
    var next = state.objects.processes.first(from: 0)
    while let process = next {
      let id = process.object.header.id
      if process.object.state.isAlive { found.append(id) }
      next = state.objects.processes.first(from: id + 1)
    }
    return found
  }

  /// All threads of processes that are alive.
  public var threads: [ThreadPicture] {
    var found: [ThreadPicture] = []
    for id in processes {
      var next = state.objects.processes.process(id)?.object.threads
      while let thread = next {
        let object = thread.object
        let owing = object.server?.object.header.id
        let isQueued = object.state == .calling || object.state == .receiving
        found.append(
          ThreadPicture(
            id: object.header.id, process: id, state: "\(object.state)",
            waitsFor: owing ?? (isQueued ? object.place?.object.id : nil) ?? 0))
        next = object.nextOfProcess
      }
    }
    return found
  }

  /// The family of the kernel's endpoint in a slot of the running thread; nil for anything else.
  public func family(of slot: CapSlot) -> EndpointKind? {
    guard let cspace = cpu.object.current?.object.process.object.cspace,
      let found = cspace.object.table.slot(slot.rawValue, in: state.objects.frames),
      found.object.type == .endpoint,
      let endpoint = found.object.object?.cast(to: Endpoint.self),
      endpoint.object.family != .generic
    else { return nil }
    return endpoint.object.family
  }

  /// Audits the kernel between two entries.
  ///
  /// - Parameter checkingFreeMemory: Whether every byte of free memory is looked at.
  /// - Returns: What was found.
  public func picture(checkingFreeMemory: Bool) -> KernelPicture {
    let audit = Audit(state, on: cpu, checkingFreeMemory: checkingFreeMemory)
    var picture = KernelPicture()
    picture.problems = audit.problems
    for object in audit.found.values {
      picture.objects["\(object.object.kind)", default: 0] += 1
    }
    picture.freeBytes = audit.pools.values.reduce(0) { $0 + $1[1] }
    let families = audit.families
    var owners: [UInt64: UInt64] = [:]
    var spaces: [UInt64: UInt64] = [:]
    for id in processes {
      guard let cspace = state.objects.processes.process(id)?.object.cspace else { continue }
      owners[cspace.object.header.id] = id
    }
    for id in processes {
      guard let vspace = state.objects.processes.process(id)?.object.vspace else { continue }
      spaces[vspace.object.header.id] = id
    }
    for (place, capability) in audit.capabilities {
      if case .mapping(let vspace, _) = place, let process = spaces[vspace] {
        picture.mappings[process, default: 0] += 1
      }
      guard case .slot(let cspace, let index) = place, let process = owners[cspace] else {
        continue
      }
      picture.capabilities.append(
        HeldCapability(
          process: process, slot: index, type: capability.type,
          rights: Rights(rawValue: capability.rights), badge: capability.badge,
          object: capability.object, family: families[capability.object] ?? .generic))
    }
    return picture
  }
}

extension Audit {
  /// The families of all endpoints, by their ids.
  fileprivate var families: [UInt64: EndpointKind] {
    var families: [UInt64: EndpointKind] = [:]
    for object in found.values where object.object.kind == .endpoint {
      families[object.object.id] = object.cast(to: Endpoint.self).object.family
    }
    return families
  }
}
