// Starts GraphiQL with what the page holds: a query, and headers when there is somebody to be.
(function () {
  "use strict";
  const start = JSON.parse(document.getElementById("start").textContent);
  const root = document.getElementById("graphiql");
  if (!window.React || !window.ReactDOM || !window.GraphiQL) {
    root.textContent = "GraphiQL could not be loaded. The schema is at /schema.graphql.";
    return;
  }
  const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
  ReactDOM.createRoot(root).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultQuery: start.query,
      // Given anew with each page: tokens expire, and a browser remembers its tabs.
      headers: start.headers,
      defaultHeaders: start.headers,
      defaultEditorToolsVisibility: "headers",
      shouldPersistHeaders: false,
    }),
  );
})();
