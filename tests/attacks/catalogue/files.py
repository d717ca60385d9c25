"""Files that are none of a student's business."""

from __future__ import annotations

from tests.attacks.attack import Attack, changes_files, code, harms_neighbours, plants_files, steals

ATTACKS = (
    Attack(name="reads_the_reference", cells=("stolen = loot(bait.reference)",), succeeded=steals),
    Attack(name="reads_other_submissions", cells=("stolen = loot(bait.submissions)",), succeeded=steals),
    Attack(name="reads_the_gradebook", cells=("stolen = loot(bait.gradebook)",), succeeded=steals),
    Attack(
        name="gives_itself_points_in_the_gradebook",
        cells=(
            code("""
                import sqlite3
                with sqlite3.connect(bait.gradebook) as gradebook:
                    gradebook.execute("UPDATE grades SET points = 20")
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="reads_the_home_folder_and_its_keys",
        cells=(
            code("""
                homes = {bait.home, "/root", *glob.glob("/home/*")}
                kept = (".ssh", ".netrc", ".aws", ".bash_history", ".config", ".ipython")
                stolen = loot(*(os.path.join(home, name) for home in homes for name in kept))
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="reads_the_machines_passwords_and_configuration",
        cells=("stolen = loot('/etc/shadow', '/etc/grading', '/var/lib/grading', '/opt/grading', '/run/grading')",),
        succeeded=steals,
    ),
    Attack(
        name="reads_other_programs_temporary_files",
        cells=("stolen = loot(*bait.temporary)",),
        succeeded=steals,
    ),
    Attack(
        name="reads_what_another_student_is_writing",
        cells=(
            code("""
                def look():
                    own = os.path.realpath(".")
                    found = glob.glob("/tmp/*/work/mine.txt") + glob.glob("/proc/*/cwd/mine.txt")
                    return secrets(b" ".join(read(path) for path in found if not path.startswith(own)))
                stolen = patiently(look)
            """),
        ),
        near=True,
        succeeded=steals,
    ),
    Attack(
        name="overwrites_what_another_student_has_written",
        cells=(
            code("""
                def overwrite():
                    found = glob.glob("/tmp/*/work/mine.txt") + glob.glob("/proc/*/cwd/mine.txt")
                    for path in found:
                        with open(path, "w") as file:
                            file.write("overwritten")
                    return found
                patiently(overwrite)
            """),
        ),
        near=True,
        succeeded=harms_neighbours,
    ),
    Attack(
        name="writes_wherever_it_can",
        cells=(
            code("""
                for folder in bait.folders:
                    with ignored, open(os.path.join(folder, bait.nonce), "w") as file:
                        file.write("written")
            """),
        ),
        succeeded=plants_files,
    ),
    Attack(
        name="goes_round_through_the_root_of_other_processes",
        cells=(
            code("""
                ways = ["/proc/self/root", "/proc/self/cwd/../../../../../..", "/proc/1/root", "/proc/1/cwd"]
                ways += ["/proc/%d/%s" % (pid, way) for pid in [*ancestors(), bait.victim] for way in ("root", "cwd")]
                ways += ["/proc/self/task/%d/root" % threading.get_native_id(), "/dev/fd/0/../..", "/proc/self/fd/0/.."]
                for way in ways:
                    with ignored:
                        stolen += loot(way + bait.reference, way + "/reference-solution.py")
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="runs_a_program_that_becomes_root",
        cells=(
            code("""
                told = subprocess.run([bait.setuid_reader, bait.for_root_only], capture_output=True)
                stolen = secrets(told.stdout)
            """),
        ),
        succeeded=steals,
    ),
    Attack(
        name="makes_a_program_that_makes_others_root",
        cells=(
            code("""
                import shutil
                for folder in bait.folders:
                    with ignored:
                        path = os.path.join(folder, bait.nonce)
                        shutil.copy("/bin/sh", path)
                        os.chmod(path, 0o4755)
            """),
        ),
        succeeded=plants_files,
    ),
    Attack(
        name="changes_the_reference_and_deletes_submissions",
        cells=(
            code("""
                import shutil
                for name in os.listdir(bait.submissions):
                    with ignored:
                        os.rename(os.path.join(bait.submissions, name), os.path.join(bait.submissions, "gone"))
                with ignored, open(os.path.join(bait.reference, "solution.py"), "a") as file:
                    file.write("# full marks for me")
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="changes_modes",
        cells=(
            code("""
                for path in (bait.reference, bait.solution, bait.gradebook, *bait.temporary):
                    with ignored:
                        os.chmod(path, 0)
            """),
        ),
        succeeded=changes_files,
    ),
    Attack(
        name="changes_owners_times_and_attributes",
        cells=(
            code("""
                for path in (bait.solution, bait.gradebook, *bait.temporary):
                    with ignored:
                        os.utime(path, (1, 1))
                    with ignored:
                        os.setxattr(path, "user.mine", b"1")
                    with ignored:
                        os.chown(path, 12345, 12345)
            """),
        ),
        succeeded=changes_files,
    ),
)
