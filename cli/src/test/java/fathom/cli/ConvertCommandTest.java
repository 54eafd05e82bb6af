package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.train.recipe.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of weights in other formats, under other names, of other types. */
class ConvertCommandTest {
    @TempDir Path folder;

    private final Tensor weight = Tensors.randn(40, 30);

    private Path weights() throws IOException {
        Path file = folder.resolve("in.pth");
        new StateDict()
                .put("module.body.0.weight", weight)
                .put("module.body.0.bias", Tensors.randn(40))
                .put("module.steps", Tensors.tensor(new long[] {7}))
                .save(file);
        return file;
    }

    private static void succeeded(Cli cli) {
        assertThat(cli.exitCode()).as(cli.err()).isZero();
    }

    @Test
    void thereAndBack() throws IOException {
        Path in = weights();
        Path safe = folder.resolve("out/a.safetensors");
        Cli there = Cli.run("convert", in, safe);
        succeeded(there);
        assertThat(there.out())
                .contains("a.safetensors: 3 tensors, 1,241 elements, 4,968 bytes; 2 of float32, 1 of int64");
        assertThat(there.out()).doesNotContain("renamed");
        Path back = folder.resolve("back.bin");
        succeeded(Cli.run("convert", safe, back));
        StateDict state = StateDict.load(back);
        assertThat(state.names()).containsExactly("module.body.0.weight", "module.body.0.bias", "module.steps");
        assertThat(Tensors.allclose(state.get("module.body.0.weight"), weight, 0, 0)).isTrue();
        assertThat(state.get("module.steps").dtype()).isEqualTo(DType.INT64);
    }

    @Test
    void namesAndTypes() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Cli cli =
                Cli.run(
                        "convert",
                        weights(),
                        out,
                        "--rename",
                        "module=",
                        "--rename",
                        "body.0=first",
                        "--prefix",
                        "net",
                        "--dtype",
                        "bfloat16");
        succeeded(cli);
        assertThat(cli.out()).contains("3 renamed", "2 of bfloat16, 1 of int64");
        StateDict state = StateDict.load(out);
        assertThat(state.names()).containsExactlyInAnyOrder("net.first.weight", "net.first.bias", "net.steps");
        assertThat(state.get("net.first.weight").dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(state.get("net.steps").dtype()).isEqualTo(DType.INT64);
        double error = state.get("net.first.weight").toFloat().sub(weight).abs().max().item();
        assertThat(error).isBetween(1e-6, 0.02);
    }

    @Test
    void severalFiles() throws IOException {
        Path out = folder.resolve("big.safetensors");
        Cli cli = Cli.run("convert", weights(), out, "--shard-size", "2KB");
        succeeded(cli);
        assertThat(cli.out()).contains("big.safetensors.index.json: 3 tensors");
        assertThat(out).doesNotExist();
        Path one = folder.resolve("one.pt");
        succeeded(Cli.run("convert", folder.resolve("big.safetensors.index.json"), one));
        assertThat(Tensors.allclose(StateDict.load(one).get("module.body.0.weight"), weight, 0, 0)).isTrue();
        Cli again = Cli.run("convert", one, out, "--shard-size", "2KB");
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("index.json exists already");
    }

    @Test
    void aSavedModelKeepsItsDescriptionUnlessNamesChange() throws IOException {
        Path saved = folder.resolve("model.safetensors");
        Model.save(saved, new Sequential(new Linear(3, 2)));
        Path half = folder.resolve("half.safetensors");
        succeeded(Cli.run("convert", saved, half, "--dtype", "float16"));
        assertThat(Model.load(half).toString()).contains("Linear");
        Path renamed = folder.resolve("renamed.safetensors");
        succeeded(Cli.run("convert", saved, renamed, "--prefix", "a"));
        assertThat(StateDict.load(renamed).metadata()).doesNotContainKey("architecture");
        assertThat(StateDict.load(renamed).names()).containsExactlyInAnyOrder("a.0.weight", "a.0.bias");
    }

    @Test
    void whatIsRefused() throws IOException {
        Path in = weights();
        Path out = Files.writeString(folder.resolve("there.safetensors"), "mine");
        Cli exists = Cli.run("convert", in, out);
        assertThat(exists.exitCode()).isEqualTo(2);
        assertThat(exists.err()).contains("there.safetensors exists already; --force");
        assertThat(out).hasContent("mine");
        succeeded(Cli.run("convert", in, out, "--force"));
        assertThat(StateDict.load(out).size()).isEqualTo(3);

        Path other = folder.resolve("other.safetensors");
        Cli nothing = Cli.run("convert", in, other, "--rename", "encoder=");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("no name has the part 'encoder'", "module.body.0.weight");
        Cli clash = Cli.run("convert", in, other, "--rename", "weight=x", "--rename", "bias=x");
        assertThat(clash.err()).contains("would both be named module.body.0.x");
        assertThat(Cli.run("convert", in, other, "--dtype", "int8").err()).contains("--dtype: must be");
        assertThat(Cli.run("convert", in, folder.resolve("x.npy")).err()).contains("one tensor");
        assertThat(Cli.run("convert", in, other, "--shard-size", "much").err()).contains("--shard-size");
        assertThat(Cli.run("convert", folder.resolve("no.pth"), other).exitCode()).isEqualTo(1);
        assertThat(other).doesNotExist();
    }
}
