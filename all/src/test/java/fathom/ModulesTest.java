package fathom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.lang.reflect.AccessFlag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The modules as they ship. The tests run on the class path, so that what only the module path sees is looked at here.
 */
class ModulesTest {
    private static final ModuleFinder PATH = ModuleFinder.of(classPath());
    private static final ModuleFinder SYSTEM = ModuleFinder.ofSystem();

    /**
     * What a program with {@code import module fathom;} runs with; to resolve finds missing modules and split packages.
     */
    private static final Configuration RESOLVED =
            Configuration.empty()
                    .resolveAndBind(PATH, SYSTEM, List.of("fathom", "fathom.cpu", "fathom.onednn", "fathom.cuda"));

    @Test
    void everyModuleIsOnThePath() {
        assertThat(RESOLVED.modules().stream().map(ResolvedModule::name).filter(name -> name.startsWith("fathom")))
                .containsExactlyInAnyOrder(
                        "fathom",
                        "fathom.core",
                        "fathom.cpu",
                        "fathom.onednn",
                        "fathom.cuda",
                        "fathom.nn",
                        "fathom.interop",
                        "fathom.optim",
                        "fathom.data",
                        "fathom.distributed",
                        "fathom.plot",
                        "fathom.vision",
                        "fathom.text",
                        "fathom.train");
    }

    @Test
    void oneImportReadsEveryPublicPackage() {
        assertThat(imported().stream().map(ModuleReference::descriptor).map(ModuleDescriptor::name))
                .contains(
                        "fathom.core",
                        "fathom.nn",
                        "fathom.interop",
                        "fathom.optim",
                        "fathom.data",
                        "fathom.distributed",
                        "fathom.plot",
                        "fathom.vision",
                        "fathom.text",
                        "fathom.train");
    }

    @Test
    void noPublicTypeSharesItsNameWithOneOfJavaBase() throws IOException {
        var taken = new HashSet<>(publicNames(SYSTEM.find("java.base").orElseThrow()));
        assertThat(taken).contains("List", "Module", "Function");
        for (var module : imported()) {
            assertThat(publicNames(module))
                    .as("public types of %s", module.descriptor().name())
                    .doesNotContainAnyElementsOf(taken);
        }
    }

    @Test
    void noTwoPublicTypesShareTheirName() throws IOException {
        var owners = new TreeMap<String, String>();
        var twice = new TreeSet<String>();
        for (var module : imported()) {
            for (var name : publicNames(module)) {
                var other = owners.put(name, module.descriptor().name());
                if (other != null) {
                    twice.add(name + " in " + other + " and " + module.descriptor().name());
                }
            }
        }
        assertThat(twice).isEmpty();
    }

    @Test
    void servicesAreTheSameOnModulePathAndClassPath() throws IOException {
        for (var module :
                List.of(
                        "fathom.cpu",
                        "fathom.onednn",
                        "fathom.cuda",
                        "fathom.optim",
                        "fathom.train",
                        "fathom.text",
                        "fathom.vision")) {
            var reference = PATH.find(module).orElseThrow();
            assertThat(reference.descriptor().provides()).as(module).isNotEmpty();
            for (var provides : reference.descriptor().provides()) {
                try (var reader = reference.open();
                        InputStream in =
                                reader.open("META-INF/services/" + provides.service())
                                        .orElseThrow(() ->
                                                new AssertionError(
                                                        module + ": no META-INF/services of " + provides.service()))) {
                    var listed =
                            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                    .lines()
                                    .map(line -> line.replaceFirst("#.*", "").strip())
                                    .filter(line -> !line.isEmpty())
                                    .toList();
                    assertThat(listed).as(module).containsExactlyInAnyOrderElementsOf(provides.providers());
                }
            }
        }
    }

    /** Our modules that {@code import module fathom;} imports: those that {@code fathom} requires transitively. */
    private static Set<ModuleReference> imported() {
        var found = new HashSet<ModuleReference>();
        var open = new ArrayList<>(List.of("fathom"));
        while (!open.isEmpty()) {
            var reference = PATH.find(open.removeLast());
            if (reference.isPresent()
                    && reference.get().descriptor().name().startsWith("fathom")
                    && found.add(reference.get())) {
                reference.get().descriptor().requires().stream()
                        .filter(requires ->
                                requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
                        .map(ModuleDescriptor.Requires::name)
                        .forEach(open::add);
            }
        }
        return found;
    }

    /** The simple names of the public top-level types in the packages that a module exports to everyone. */
    private static Set<String> publicNames(ModuleReference module) throws IOException {
        var exported =
                module.descriptor().exports().stream()
                        .filter(exports -> !exports.isQualified())
                        .map(exports -> exports.source().replace('.', '/'))
                        .collect(Collectors.toSet());
        var names = new TreeSet<String>();
        try (var reader = module.open()) {
            for (var file : reader.list().toList()) {
                int slash = file.lastIndexOf('/');
                if (slash > 0
                        && file.endsWith(".class")
                        && file.indexOf('$') < 0
                        && !file.endsWith("-info.class")
                        && exported.contains(file.substring(0, slash))) {
                    var simple = file.substring(slash + 1, file.length() - ".class".length());
                    var type = load(file.substring(0, slash + 1).replace('/', '.') + simple);
                    if (type.accessFlags().contains(AccessFlag.PUBLIC)) {
                        names.add(simple);
                    }
                }
            }
        }
        return names;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ModulesTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Path[] classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                // a folder of tests is no module
                .filter(path -> !path.endsWith("test-classes"))
                .toArray(Path[]::new);
    }
}
