import CLinux
import Glibc

/// What matters about the file system that a directory lies on.
struct FileSystem: Equatable {
    /// Where inotify tells nothing of what other machines write.
    let isRemote: Bool
    /// Whether an inode number stays with its file while it exists.
    let hasStableInodes: Bool
    /// Names the file system in identities: its own id where it has one, as that stays the same when a disk gets another
    /// device number (USB ports, the order of mounts at boot); else the device number.
    let device: UInt64

    /// Of an open directory.
    init(of directory: borrowing Descriptor, device number: UInt64) throws(SystemError) {
        var record = statfs()
        let descriptor = directory.number
        if uninterrupted({ fstatfs(descriptor, &record) }) != 0 { throw SystemError() }
        let type = UInt32(truncatingIfNeeded: record.f_type)
        isRemote = Self.remote.contains(type)
        hasStableInodes = !isRemote && !Self.withoutInodes.contains(type)
        let (low, high) = record.f_fsid.__val
        let id = UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
        device = id == 0 ? number : id
    }

    /// NFS, SMB, SMB2, CIFS, FUSE (sshfs, rclone), 9P, Ceph, AFS, Coda, shared folders of VirtualBox and VMware, GFS2,
    /// OCFS2: statfs(2) and the kernel's `magic.h`.
    private static let remote: Set<UInt32> = [
        0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x6573_5546, 0x0102_1997, 0x00C3_6400, 0x5346_414F, 0x7375_7245,
        0x786F_4256, 0xBACB_ACBC, 0x0116_1970, 0x7461_636F,
    ]
    /// FAT, exFAT: the kernel makes inode numbers up, and anew after each mount.
    private static let withoutInodes: Set<UInt32> = [0x4D44, 0x2011_BAB0]
}
