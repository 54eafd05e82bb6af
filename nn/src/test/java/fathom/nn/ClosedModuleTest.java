package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers in a named module, which opens its package or not. */
class ClosedModuleTest {
    private static final String NET =
            """
            package user.net;
            public class Net extends fathom.nn.Layer {
                private final fathom.nn.Linear fc = new fathom.nn.Linear(2, 1);
                public fathom.Tensor forward(fathom.Tensor x) { return fc.forward(x); }
            }
            """;

    private static Block load(Path folder, String opens) throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src/user/net"));
        Path net = Files.writeString(sources.resolve("Net.java"), NET);
        Path info =
                Files.writeString(
                        folder.resolve("src/module-info.java"), "module user { exports user.net; " + opens + " }");
        Path classes = folder.resolve("classes");
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-d",
                                classes.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "--add-reads",
                                "user=ALL-UNNAMED",
                                "-proc:none",
                                net.toString(),
                                info.toString());
        assertThat(result).isZero();
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("user"));
        var controller =
                ModuleLayer.defineModulesWithOneLoader(
                        configuration, List.of(ModuleLayer.boot()), Block.class.getClassLoader());
        Module module = controller.layer().findModule("user").orElseThrow();
        controller.addReads(module, Block.class.getModule());
        return (Block) module.getClassLoader().loadClass("user.net.Net").getDeclaredConstructor().newInstance();
    }

    @Test
    void isToldToOpenItsPackage(@TempDir Path folder) throws Exception {
        Block net = load(folder, "");
        assertThatThrownBy(net::parameters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "user.net.Net: field fc cannot be read; module user must open its package to the layers: "
                                + "add \"opens user.net to fathom.nn;\" to its module-info.java");
    }

    @Test
    void worksWhenItHas(@TempDir Path folder) throws Exception {
        assertThat(load(folder, "opens user.net;").namedParameters().keySet()).containsExactly("fc.weight", "fc.bias");
    }
}
