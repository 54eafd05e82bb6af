package fathom;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of the house that {@code ARCHITECTURE.md} describes: what may know what, and how large a room is. */
class RoomsTest {
    /** Types of a package, nested ones not counted, at most. */
    private static final int CROWDED = 42;

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("fathom");

    private static final String[] ABOVE_CORE = {
        "fathom.cpu..",
        "fathom.onednn..",
        "fathom.cuda..",
        "fathom.nn..",
        "fathom.interop..",
        "fathom.optim..",
        "fathom.data..",
        "fathom.distributed..",
        "fathom.vision..",
        "fathom.text..",
        "fathom.plot..",
        "fathom.train.."
    };

    /** Rooms of core that no other module enters. */
    private static final String[] HIDDEN = {
        "fathom.composition..", "fathom.dispatch..", "fathom.capture..", "fathom.linalg..", "fathom.pickle.."
    };

    @Test
    void noPackageIsCrowded() {
        Map<String, Long> sizes =
                CLASSES.stream()
                        .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"))
                        .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        assertThat(sizes).hasSizeGreaterThan(40);
        assertThat(sizes).allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(CROWDED));
    }

    @Test
    void coreKnowsNothingAboveIt() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ABOVE_CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ABOVE_CORE)
                .check(CLASSES);
    }

    @Test
    void layersKnowOnlyThoseBelow() {
        noClasses()
                .that()
                .resideInAnyPackage("fathom.cpu..", "fathom.onednn..", "fathom.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "fathom.nn..",
                        "fathom.interop..",
                        "fathom.optim..",
                        "fathom.data..",
                        "fathom.distributed..",
                        "fathom.vision..",
                        "fathom.text..",
                        "fathom.train..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("fathom.nn..", "fathom.interop..", "fathom.optim..", "fathom.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "fathom.cpu..",
                        "fathom.onednn..",
                        "fathom.cuda..",
                        "fathom.vision..",
                        "fathom.text..",
                        "fathom.train..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("fathom.nn..", "fathom.interop..", "fathom.optim..", "fathom.data..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("fathom.distributed..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("fathom.distributed..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "fathom.cpu..", "fathom.onednn..", "fathom.vision..", "fathom.text..", "fathom.train..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("fathom.train..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("fathom.vision..", "fathom.text..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("fathom.cpu..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("fathom.onednn..", "fathom.cuda..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("fathom.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("fathom.cpu..", "fathom.onednn..")
                .check(CLASSES);
    }

    @Test
    void hiddenRoomsAreEnteredFromCoreAlone() {
        noClasses()
                .that()
                .resideInAnyPackage(ABOVE_CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(HIDDEN)
                .check(CLASSES);
    }

    /**
     * Packages {@code fathom} and {@code fathom.ops}, tensors and their methods, are the face of core: its rooms know
     * them, and they know the rooms. They are set aside.
     */
    @Test
    void roomsAreFreeOfCircles() {
        slices().assignedFrom(new Rooms()).should().beFreeOfCycles().check(CLASSES);
    }

    private static final class Rooms implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass c) {
            String name = c.getPackageName();
            return name.equals("fathom") || name.equals("fathom.ops")
                    ? SliceIdentifier.ignore()
                    : SliceIdentifier.of(name);
        }

        @Override
        public String getDescription() {
            return "packages, but for fathom and fathom.ops";
        }
    }
}
