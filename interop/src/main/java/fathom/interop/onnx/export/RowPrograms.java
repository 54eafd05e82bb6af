package fathom.interop.onnx.export;

import fathom.ir.Expr;
import fathom.ir.RowProgram;
import fathom.primitive.Rowwise;
import java.util.ArrayList;
import java.util.List;

/** Row programs, step by step. */
final class RowPrograms {
    private RowPrograms() {}

    static void write(Lowering to, Step s) {
        RowProgram program = s.same(Rowwise.class, "the program", Rowwise::program);
        int[] dims = Elementwise.dims(s, Rowwise.class, Rowwise::dims);
        List<Number[]> scalars = s.primitives().stream().map(p -> ((Rowwise) p).scalars()).toList();
        GraphWriter graph = to.graph;
        var values = new ArrayList<>(to.names(s.inputs()));
        for (RowProgram.Step step : program.steps()) {
            var in = new ArrayList<String>();
            for (int a : step.arguments()) {
                in.add(values.get(a));
            }
            Expr body = step.kernel().body();
            String x = new Expressions(graph, in, scalars).write(body);
            values.add(
                    switch (step.kind()) {
                        case FOLD -> Elementwise.fold(graph, step.op(), x, body.type(), dims);
                        case MEAN, VARIANCE -> graph.reduce("ReduceMean", x, dims);
                        case MAP, ROW_MAP -> x;
                    });
        }
        for (int i = 0; i < program.resultCount(); i++) {
            to.set(s.out(i), values.get(program.result(i)));
        }
    }
}
