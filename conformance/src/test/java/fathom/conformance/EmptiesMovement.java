package fathom.conformance;

import static fathom.Tensors.all;
import static fathom.Tensors.at;
import static fathom.Tensors.ellipsis;
import static fathom.Tensors.newAxis;

import fathom.Index;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Views, joins and repetition, for {@link EmptiesTest}. */
final class EmptiesMovement {
    private EmptiesMovement() {}

    private static String list(long[] numbers) {
        return "(" + Arrays.stream(numbers).mapToObj(Long::toString).collect(Collectors.joining(",")) + ")";
    }

    static void addTo(EmptiesTable t) {
        shapes(t);
        for (int d : new int[] {0, -1, 1}) {
            along(t, d);
        }
        orders(t);
        repetition(t);
        joins(t);
        gets(t);
    }

    private static void shapes(EmptiesTable t) {
        long[][] shapes = {{-1}, {}, {0}, {0, -1}, {-1, 2}, {1, -1}, {2, 0}, {0, 3, 0}, {1, 1}};
        for (long[] s : shapes) {
            t.one("reshape" + list(s), x -> x.reshape(s));
            t.one("view" + list(s), x -> x.view(s));
        }
        t.one("flatten()", Tensor::flatten);
        t.one("flatten(0,-2)", x -> x.flatten(0, -2));
        t.one("flatten(1)", x -> x.flatten(1));
        t.one("unflatten(0,[-1,2])", x -> x.unflatten(0, -1, 2));
        t.one("unflatten(0,[0,3])", x -> x.unflatten(0, 0, 3));
        t.one("unflatten(-1,[1,-1])", x -> x.unflatten(-1, 1, -1));
        t.one("squeeze()", Tensor::squeeze);
    }

    private static void along(EmptiesTable t, int d) {
        t.one("squeeze(" + d + ")", x -> x.squeeze(d));
        t.one("unsqueeze(" + d + ")", x -> x.unsqueeze(d));
        t.one("flip(" + d + ")", x -> x.flip(d));
        t.one("select(" + d + ",0)", x -> x.select(d, 0));
        t.one("narrow(" + d + ",0,0)", x -> x.narrow(d, 0, 0));
        t.many("unbind(" + d + ")", x -> x[0].unbind(d));
        t.many("split(2," + d + ")", x -> x[0].split(2, d));
        t.many("chunk(3," + d + ")", x -> x[0].chunk(3, d));
        t.one("roll(1," + d + ")", x -> x.roll(1, d));
        t.one("repeat_interleave(2," + d + ")", x -> x.repeatInterleave(2, d));
        t.one("unfold(" + d + ",1,1)", x -> x.unfold(d, 1, 1));
        t.one("unfold(" + d + ",0,1)", x -> x.unfold(d, 0, 1));
    }

    private static void orders(EmptiesTable t) {
        t.many("split(0,0)", x -> x[0].split(0, 0));
        t.many("split([0,0],0)", x -> x[0].split(new long[] {0, 0}, 0));
        t.many("split([],0)", x -> x[0].split(new long[0], 0));
        t.one("flip([])", Tensor::flip);
        t.one("flip([0,1])", x -> x.flip(0, 1));
        t.one("transpose(0,0)", x -> x.transpose(0, 0));
        t.one("transpose(0,1)", x -> x.transpose(0, 1));
        t.one("transpose(-1,0)", x -> x.transpose(-1, 0));
        t.one("t", Tensor::t);
        t.one("permute([])", Tensor::permute);
        t.one("permute([0])", x -> x.permute(0));
        t.one("permute([1,0])", x -> x.permute(1, 0));
        t.one("movedim(0,-1)", x -> x.movedim(0, -1));
        t.one("movedim([],[])", x -> x.movedim(new int[0], new int[0]));
        t.one("diagonal()", Tensor::diagonal);
        t.one("diagonal(1,0,1)", x -> x.diagonal(1, 0, 1));
        t.one("diagonal(5,0,1)", x -> x.diagonal(5, 0, 1));
        t.one("roll(1)", x -> x.roll(1));
        t.one("as_strided([0],[1],0)", x -> x.asStrided(new long[1], new long[] {1}, 0));
        t.one("as_strided([],[],0)", x -> x.asStrided(new long[0], new long[0], 0));
        t.one("slice(0,0,5,1)", x -> x.slice(0, 0, 5, 1));
    }

    private static void repetition(EmptiesTable t) {
        long[][] shapes = {{}, {0}, {2, 0}, {-1}, {3, -1}, {0, 0}, {1, 0, 2}};
        for (long[] s : shapes) {
            t.one("expand" + list(s), x -> x.expand(s));
        }
        t.two("expand_as", Tensor::expandAs);
        for (long[] r : new long[][] {{}, {0}, {2}, {2, 0}, {0, 2, 1}}) {
            t.one("repeat" + list(r), x -> x.repeat(r));
            t.one("tile" + list(r), x -> x.tile(r));
        }
        t.one("repeat_interleave(2)", x -> x.repeatInterleave(2));
        t.one("repeat_interleave(0)", x -> x.repeatInterleave(0));
        t.one("tril", Tensor::tril);
        t.one("triu(1)", x -> x.triu(1));
        t.one("diag", Tensor::diag);
        t.one("diag(1)", x -> x.diag(1));
        t.one("diag_embed", Tensor::diagEmbed);
        t.many("broadcast", x -> List.of(x[0].broadcastWith(x[1])));
    }

    private static void joins(EmptiesTable t) {
        for (int d : new int[] {0, 1, -1}) {
            t.any("cat(" + d + ")", x -> Tensors.cat(List.of(x), d));
            t.any("stack(" + d + ")", x -> Tensors.stack(List.of(x), d));
        }
        t.any("hstack", x -> Tensors.hstack(List.of(x)));
        t.any("vstack", x -> Tensors.vstack(List.of(x)));
    }

    private static void gets(EmptiesTable t) {
        t.one("get(all)", x -> x.get(all()));
        t.one("get(...)", x -> x.get(ellipsis()));
        t.one("get(None)", x -> x.get(newAxis()));
        t.one("get(0)", x -> x.get(0));
        t.one("get(...,0)", x -> x.get(ellipsis(), at(0)));
        t.one("get()", x -> x.get(new Index[0]));
    }
}
